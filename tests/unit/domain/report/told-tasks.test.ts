import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sha256Hex } from '../../../../protocol/digest.ts';
import type { EventDraft } from '../../../../protocol/events.ts';
import type { AttemptRecordedData } from '../../../../protocol/generated/types.ts';
import {
  attempt,
  closed,
  committed,
  escalated,
  exited,
  interrupted,
  opened,
  pack,
  recorded,
  rework,
  spawned,
  started,
} from '../../../helpers/task-spec.ts';
import { HASH, ofTask, PERSON, reportOf, type Around } from './report-spec.ts';

const IDS = { run_id: 'T-1_run', step_id: 'S1' } as const;
const reset: EventDraft = {
  type: 'step.reset',
  data: { step_id: 'S1', reason: 'the disk was full' },
  ...IDS,
};

function close(final_status: 'accepted' | 'rejected' | 'abandoned', detail = ''): EventDraft {
  return { type: 'task.closed', data: { final_status, reason_code: 'CANCELLED', detail } };
}

function tell(...drafts: readonly (EventDraft | readonly [EventDraft, Around])[]): string {
  return reportOf({ events: ofTask('T-1', ...drafts) }).markdown;
}

function measured(change: Partial<AttemptRecordedData>): string {
  return tell(opened, pack(), ...attempt(0, 0, 'COMMAND_FAILED', change));
}

function ended(
  cause: 'timeout' | 'exited',
  survivors: readonly number[],
  unmeasured: readonly string[],
): EventDraft {
  const draft = exited(0, 0);
  assert.ok(draft.type === 'worker.exited');
  return { ...draft, data: { ...draft.data, end: { ...draft.data.end, cause, survivors }, unmeasured } };
}

describe('a task in the report', () => {
  test('tells who asked, in which file, and how the task ended', () => {
    const text = tell(opened, pack(), ...attempt(0, 0, 'PASS_ALL_CRITERIA'), committed(0, 0), closed);
    assert.match(text, /put it there \(Reeve does not learn who\), as `pack\.json`/);
    assert.match(text, new RegExp(`data/tasks/T-1/packs/${HASH}\\.json`));
    assert.match(
      text,
      /Closed as accepted by daemon reeve, 2026-02-19 12:00:08 UTC: Every criterion was met/,
    );
    assert.match(text, new RegExp(`Commit \`${'c'.repeat(40)}\` on branch \`reeve/T-1/T-1_run\``));
    assert.match(text, /Nothing in the lines handed over: no order was refused/);
  });

  test('tells by which way an order came', () => {
    assert.match(tell(opened, pack({ source: 'cli' })), /Handed in with the reeve command as `pack\.json`/);
    assert.match(tell(opened, pack({ source: 'http' })), /Handed in over the local interface/);
  });

  test('tells what an order waits for, and what follows when its tries are used up', () => {
    const retry = { max_attempts: 3, retry_on: [], max_rework_rounds: 0, on_exhausted: 'reject' } as const;
    const text = tell(opened, pack({ depends_on: ['T-0'], retry }));
    assert.match(text, /Only after:\*\* `T-0`/);
    assert.match(text, /3 attempts for each revision, 0 rework rounds; then it is rejected/);
  });

  test('tells each step of a task, and which order it had', () => {
    const second = pack({ r: 2, step_title: 'The second' }, { step_id: 'S2' });
    const text = tell(opened, pack(), second);
    assert.match(text, /Step:\*\* `S1` A step \(revision 0\)/);
    assert.match(text, /Step:\*\* `S2` The second \(revision 2\)/);
  });

  test('tells the attempts in order, with their reasons in words', () => {
    const text = tell(
      opened,
      pack(),
      ...attempt(0, 0, 'TIMEOUT', { next_action: 'RETRY' }),
      ...attempt(0, 1, 'COMMAND_FAILED', { next_action: 'REWORK' }),
      rework(1),
      ...attempt(1, 0, 'PASS_ALL_CRITERIA'),
    );
    const places = ['`R0/S0` step S1', '`R0/S1` step S1', '`R1/S0` step S1'].map((name) =>
      text.indexOf(name),
    );
    assert.ok(
      places.every((place, index) => place > (places[index - 1] ?? 0)),
      text,
    );
    assert.match(text, /The time allowed was used up \(TIMEOUT\); tried again/);
    assert.match(text, /sent back with what is missing/);
    assert.match(text, /Sent back:\*\* Revision 1, .* by Reeve: 2 open problems/);
  });

  test('tells the worker, its program, its limits and the repository once, however often it ran', () => {
    const text = tell(opened, pack(), ...attempt(0, 0, 'TIMEOUT'), ...attempt(0, 1, 'TIMEOUT'));
    assert.equal(text.match(/Worker:\*\* `w` \(kind command\), run as `\/bin\/w`/g)?.length, 1);
    assert.match(text, /Limits:\*\* 1\.0 s in all, 1\.0 s without output, 1 MB of memory, 1 MB of output/);
    assert.match(text, /Repository:\*\* `\/repo` at commit `c{40}`/);
  });

  test('tells of a worker that was never spawned', () => {
    assert.match(tell(opened, pack(), started(0, 0)), /`w` \(kind command\)\n/);
    assert.match(tell(opened, pack(), started(0, 0)), /\*\*· No outcome\*\*/);
  });

  test('tells the files that git measured, and where all changes are', () => {
    const text = measured({
      files_changed: [{ path: 'src/a.ts', status: 'type_changed' }],
      files_changed_count: 3,
      patch: { path: 'artifacts/change.patch', sha256: HASH, bytes: 2048 },
    });
    assert.match(text, /`src\/a\.ts` type changed\n {2}- and 2 more in the review/);
    assert.match(text, /`data\/tasks\/T-1\/artifacts\/change\.patch` \(2\.0 KiB\)/);
    assert.match(text, /Measured state \(git tree\):\*\* `e{40}`/);
    assert.match(measured({ tree: null }), /Files changed, as git measured:\*\* None\./);
    assert.doesNotMatch(measured({ tree: null }), /git tree/);
  });

  test('tells further findings once each, and how many there are beyond those recorded', () => {
    const findings = ['because', 'the other'].map(
      (detail) => ({ code: 'AC_NOT_MET', detail, paths: [] }) as const,
    );
    const text = measured({ findings, finding_count: 4 });
    assert.equal(text.match(/- because\n/g)?.length, 1);
    assert.match(text, /- the other\n +- and 2 further findings in the review/);
  });

  test('tells how a worker was ended when it did not end by itself', () => {
    const text = tell(opened, pack(), started(0, 0), ended('timeout', [], []), recorded(0, 0, 'TIMEOUT'));
    assert.match(text, /Reeve ended the worker: its time was up\./);
  });

  test('says that nothing was attempted, nothing was ordered, and no one closed', () => {
    const text = tell(opened);
    assert.match(text, /Nothing yet: no attempt was made\./);
    assert.match(text, /No order is in the log/);
    assert.match(text, /Outcome:\*\* Not closed yet\./);
    assert.match(text, /Cost:\*\* Nothing was attempted\./);
  });

  test('names no step where the log names none', () => {
    const { run_id: _, step_id: __, ...draft } = recorded(0, 0, 'COMMAND_FAILED');
    const text = tell(opened, draft);
    assert.match(text, /- `R0\/S0`\n/);
    assert.match(text, /As judged for attempt R0\/S0:/);
  });

  test('reads on past an attempt whose first line it never saw', () => {
    const text = tell(opened, spawned(3, 3), recorded(0, 0, 'COMMAND_FAILED'));
    assert.match(
      text,
      /Worker:\*\* Not told by the lines handed over: an outside tool reported the work, or its lines are withheld\./,
    );
  });
});

describe('what is out of the ordinary', () => {
  const top = (text: string) => text.slice(text.indexOf('## Refused, overridden'), text.indexOf('## Tasks'));

  test('points to a violation and to a tampered check, and not to a failure that was made good', () => {
    const good = [...attempt(0, 1, 'PASS_ALL_CRITERIA'), committed(0, 1), closed];
    assert.match(top(tell(opened, pack(), ...attempt(0, 0, 'SCOPE_VIOLATION'), ...good)), /SCOPE_VIOLATION/);
    assert.match(top(tell(opened, pack(), ...attempt(0, 0, 'GATE_TAMPERED'), ...good)), /GATE_TAMPERED/);
    const plain = tell(opened, pack(), ...attempt(0, 0, 'COMMAND_FAILED'), ...good);
    assert.doesNotMatch(top(plain), /COMMAND_FAILED/);
    assert.match(plain, /✗ Attempt failed\*\* .* line 6: R0\/S0: A required command did not exit 0/);
  });

  test('names a close by a person against the verdict, either way', () => {
    const failed = [opened, pack(), ...attempt(0, 0, 'COMMAND_FAILED')];
    const passed = [opened, pack(), ...attempt(0, 0, 'PASS_ALL_CRITERIA')];
    assert.match(
      top(tell(...failed, [close('accepted', 'I looked'), { actor: PERSON }])),
      /Verdict overruled\*\* .* closed as accepted by a person, although the latest attempt had failed\. “I looked”/,
    );
    assert.match(
      top(tell(...passed, [close('rejected'), { actor: { kind: 'tool', id: 'x' } }])),
      /Verdict overruled\*\* .* closed as rejected by an outside tool, although the latest attempt had passed\.\n/,
    );
  });

  test('calls nothing accepted that did not pass, whatever the log says', () => {
    const text = tell(opened, pack(), ...attempt(0, 0, 'COMMAND_FAILED'), [
      close('accepted'),
      { actor: PERSON },
    ]);
    assert.match(text, /### `T-1` A task \*\*✗ Accepted without a pass\*\*/);
    assert.match(text, /Closed as accepted by person operator, 2026-02-19 12:00:07 UTC\.\n/);
  });

  test('names every other close that is not Reeve’s acceptance', () => {
    const failed = [opened, pack(), ...attempt(0, 0, 'COMMAND_FAILED')];
    assert.match(top(tell(...failed, [close('rejected'), { actor: PERSON }])), /Closed by hand/);
    assert.match(top(tell(opened, [close('accepted'), { actor: PERSON }])), /Closed by hand/);
    assert.match(top(tell(...failed, close('rejected'))), /✗ Rejected\*\*/);
    assert.match(top(tell(...failed, close('accepted'))), /✗ Accepted against the verdict/);
    assert.match(top(tell(opened, close('abandoned'))), /✗ Abandoned/);
  });

  test('names fresh tries, hand-overs and rework by a person', () => {
    assert.match(top(tell(opened, reset)), /! Fresh tries\*\* .* “the disk was full”/);
    assert.match(
      top(tell(opened, escalated())),
      /✗ Handed to a person\*\* .* \(RETRY_EXHAUSTED\)\. “used up”/,
    );
    const byHand = tell(opened, pack(), rework(1), [rework(2, { source: 'person' }), { actor: PERSON }]);
    assert.match(top(byHand), /! Rework by hand\*\* .* as revision 2/);
    assert.match(byHand, /Revision 2, .* by person operator: 2 open problems/);
  });

  test('tells an interruption as nobody’s failure, unless a process lived on', () => {
    const plain = tell(opened, pack(), started(0, 0), interrupted(0, 0));
    assert.doesNotMatch(top(plain), /interrupted/);
    assert.match(plain, /\*\*! Interrupted\*\*/);
    const draft = interrupted(0, 0);
    assert.ok(draft.type === 'attempt.interrupted');
    const orphans = [{ pid: 7, outcome: 'survived' }] as const;
    const alive = tell(opened, pack(), { ...draft, data: { ...draft.data, orphans } });
    assert.match(top(alive), /Reeve itself went away; 1 process could not be ended/);
  });

  test('names what could not be ended or measured', () => {
    assert.match(
      top(tell(opened, started(0, 0), ended('exited', [1, 2], []))),
      /2 processes of the worker could not/,
    );
    assert.match(
      top(tell(opened, started(0, 0), ended('exited', [], ['a pipe']))),
      /Not measured\*\* .* “a pipe”/,
    );
  });

  test('says so when an outside tool’s word is all there is', () => {
    const text = tell(
      opened,
      recorded(0, 0, 'PASS_ALL_CRITERIA', { recorded_by: 'tool', controller_verdict: null }),
    );
    assert.match(top(text), /Not measured\*\* .* reported as passed by an outside tool/);
    assert.match(text, /Reported by an outside tool; not measured by Reeve\./);
  });
});

describe('criteria without the review record', () => {
  test('tells the verdict, the checks and the digests of the commands’ output that the log holds', () => {
    const text = measured({
      gates: [
        { id: 'command_0', passed: true },
        { id: 'scope', passed: false },
      ],
      commands: [
        { index: 0, exit_code: 1, cause: 'exited', duration_ms: 1, log_sha256: HASH },
        { index: 1, exit_code: null, cause: 'timeout', duration_ms: 1, log_sha256: HASH },
      ],
      review: { path: 'artifacts/review.json', sha256: HASH, bytes: 9 },
    });
    assert.match(text, /`AC1`\n {2}- \*\*Result:\*\* \*\*✗ Not met\*\*/);
    assert.match(text, /\*\*✓ Passed\*\* check `command_0`/);
    assert.match(text, /\*\*✗ Failed\*\* check `scope`/);
    assert.match(text, /Command 0 ended with exit code 1; output SHA-256 `a{64}`/);
    assert.match(text, /Command 1 was ended by timeout/);
    assert.match(text, /review\.json` The file holds it; it is not repeated here\./);
  });

  test('says that there is no review, and how many criteria are beyond its bound', () => {
    const criteria = Array.from({ length: 52 }, (_, index) => ({ id: `AC${index}`, met: true }));
    const text = measured({ criteria });
    assert.match(text, /Whole review:\*\* No review was recorded\./);
    assert.match(text, /2 further criteria in the review/);
  });
});

describe('cost', () => {
  const usage = { input_tokens: 1_200, output_tokens: 30, cached_tokens: null, cost_usd: 0.5 };

  test('is what was recorded, and not complete where an attempt said nothing', () => {
    const text = tell(
      opened,
      ...attempt(0, 0, 'TIMEOUT', { usage }),
      ...attempt(0, 1, 'TIMEOUT', { usage: { ...usage, cost_usd: 2, cached_tokens: 5 } }),
      recorded(0, 2, 'TIMEOUT'),
    );
    assert.match(text, /2\.50; tokens: 2,400 in, 60 out, 5 from a cache; as reported for 2 attempts\./);
    assert.match(text, /Not complete: one attempt recorded no cost/);
  });

  test('is not recorded, never nothing, where nobody recorded it', () => {
    const silent = { input_tokens: null, output_tokens: null, cached_tokens: null, cost_usd: null };
    const text = tell(opened, recorded(0, 0, 'TIMEOUT', { usage: silent }), recorded(0, 1, 'TIMEOUT'));
    assert.match(text, /Cost:\*\* Not recorded: 2 attempts gave no figures\./);
    const priced = tell(opened, recorded(0, 0, 'TIMEOUT', { usage: { ...silent, cost_usd: 0.01 } }));
    assert.match(priced, /0\.0100; tokens not recorded/);
    const free = tell(opened, recorded(0, 0, 'TIMEOUT', { usage: { ...silent, input_tokens: 1 } }));
    assert.match(free, /Price not recorded; tokens: 1 in; as reported for 1 attempt\./);
  });
});

test('the same events give the same bytes', () => {
  const events = ofTask('T-1', opened, pack(), ...attempt(0, 0, 'PASS_ALL_CRITERIA'), closed);
  const digest = () => sha256Hex(Object.values(reportOf({ events })).join(''));
  assert.equal(digest(), digest());
});
