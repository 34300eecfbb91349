import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EventDraft, LedgerEvent } from '../../../../protocol/events.ts';
import { createReport } from '../../../../daemon/domain/report/create-report.ts';
import type { WithheldLine } from '../../../../daemon/domain/report/report.ts';
import { attempt, closed, opened } from '../../../helpers/task-spec.ts';
import { FACTS, finish, HASH, ofProject, ofTask, PERSON, reportOf, type ReportTexts } from './report-spec.ts';

const ROOT = `${'A'.repeat(43)}=`;
const key = (id: string) => ({ key_id: id.repeat(64), public_key: ROOT });
const artifact = (path: string) => ({ path, sha256: HASH, bytes: 5 });

function tell(...drafts: readonly EventDraft[]): string {
  return reportOf({ events: drafts.map((draft, index) => ofProject(draft, { seq: index + 1 })) }).markdown;
}

function startedWith(sha256: string | null, version = '1.0.0'): EventDraft {
  const data = { reeve_version: version, pid: 1, open_tasks: 0, interrupted_attempts: 0, recovered_logs: 0 };
  const policy = sha256 === null ? {} : { policy: { ...artifact(`policy/${sha256}.json`), sha256 } };
  return { type: 'daemon.started', data: { ...data, ...policy } };
}

function refusal(problem_count: number): EventDraft {
  const problems = [{ code: 'ID_INVALID', pointer: '/task_id', message: 'It is no id.' }];
  const data = {
    name: 'bad.json',
    sha256: null,
    bytes: 3,
    kept_as: 'rejected/bad.json',
    problems,
    problem_count,
  };
  return { type: 'pack.refused', data };
}

describe('the project in the report', () => {
  test('tells the period, the record, and who caused how many events', () => {
    const events = [
      ofProject({ type: 'project.created', data: { project_id: 'p', reeve_version: '0.9.0' } }, { seq: 1 }),
      ofProject(startedWith(null), { seq: 2, actor: PERSON }),
    ];
    const text = reportOf({ events }).markdown;
    assert.match(text, /Period:\*\* 2026-02-19 12:00:01 UTC to 2026-02-19 12:00:02 UTC/);
    assert.match(text, /Record:\*\* 2 events; 7 files, 4\.0 KiB/);
    assert.match(text, /- Reeve 0\.9\.0\n {2}- Reeve 1\.0\.0\n {2}- This report: Reeve 1\.2\.3/);
    assert.match(text, /- daemon reeve: 1\n {2}- person operator: 1/);
    assert.match(text, /sha256sum -c manifest-sha256\.txt/);
  });

  test('says that there is nothing, where there is nothing', () => {
    const text = reportOf({}).markdown;
    assert.match(text, /Period:\*\* no events/);
    assert.match(text, /No task’s log is in this archive\./);
    assert.match(text, /Rules:\*\* Not recorded\./);
    assert.match(text, /Signing keys:\*\* None/);
    assert.match(text, /Not signed: no key was set up/);
    assert.doesNotMatch(text, /Left out/);
  });

  test('tells each set of rules once, from when it held', () => {
    const other = 'b'.repeat(64);
    const text = tell(
      startedWith(HASH),
      startedWith(HASH),
      startedWith(other, '1.1.0'),
      startedWith(null, '1.1.0'),
    );
    assert.match(
      text,
      /From 2026-02-19 12:00:01 UTC: `data\/policy\/a{64}\.json` SHA-256 `a{64}` \(Reeve 1\.0\.0\)/,
    );
    assert.match(text, /From 2026-02-19 12:00:03 UTC: `data\/policy\/b{64}\.json`/);
    assert.equal(text.match(/SHA-256 `a{64}`/g)?.length, 1);
    assert.match(text, /Reeve was started 4 times/);
  });

  test('tells what spoke for each key, and points to one that nothing spoke for', () => {
    const rotated = { ...key('c'), previous_key_id: 'b'.repeat(64), signature: `${'A'.repeat(86)}==` };
    const text = tell(
      { type: 'key.added', data: key('b') },
      { type: 'key.rotated', data: rotated },
      { type: 'key.added', data: key('d') },
    );
    assert.match(text, /From line 1, .*: `b{64}` \(the first key\)/);
    assert.match(text, /`c{64}` \(the key before vouched for it\)/);
    assert.match(text, /`d{64}` \(no earlier key vouched for it\)/);
    assert.match(text, /! Key replaced\*\* .*line 3: key `d{64}`/);
  });

  test('points to refused orders, repairs and resets', () => {
    const text = tell(
      refusal(1),
      refusal(4),
      {
        type: 'ledger.recovered',
        data: { log: 'events.jsonl', offset: 9, length: 12, sha256: HASH, kept_as: 'x.torn-9' },
      },
      { type: 'anchor.reset', data: { seen_size: 40, seen_root: ROOT, reason: 'restored a backup' } },
    );
    assert.match(
      text,
      /! Order refused\*\* .* line 1: `bad\.json`, kept as `data\/rejected\/bad\.json`\. It is no id\.\n/,
    );
    assert.match(text, /line 2: .* And 3 further problems\./);
    assert.match(text, /! Repaired\*\* .*12 bytes after the last whole line of `data\/events\.jsonl`/);
    assert.match(text, /✗ History reset\*\* .*daemon reeve accepted .* at 40 lines: “restored a backup”/);
    assert.match(text, /\| orders refused \| 2 \|/);
  });

  test('tells recorded witnesses, earlier archives, imports and sealed parts', () => {
    const anchored = (kind: 'rfc3161' | 'ssh_signature'): EventDraft => ({
      type: 'checkpoint.anchored',
      data: {
        kind,
        size: 1_000,
        root: ROOT,
        checkpoint: artifact('anchors/1'),
        proof: artifact(`anchors/1.${kind}`),
      },
    });
    const sealed = {
      log_id: 'l',
      segment: 1,
      file: 'events.000001.jsonl',
      first_seq: 1,
      last_seq: 2,
      head_hash: HASH,
    };
    const text = tell(
      anchored('rfc3161'),
      anchored('ssh_signature'),
      { type: 'archive.exported', data: { archive_id: HASH, files: 3, bytes: 4, heads: 1 } },
      { type: 'archive.imported', data: { archive_id: HASH, from_project_id: 'old', heads: 1 } },
      { type: 'segment.sealed', data: { task_id: 'T-1', ...sealed, bytes: 3, sha256: HASH } },
    );
    assert.match(text, /Time stamp \(RFC 3161\) over 1,000 lines: `data\/anchors\/1\.rfc3161`/);
    assert.match(text, /A person’s signature \(SSH\) over 1,000 lines/);
    assert.match(text, /Handed over before:\*\* .*archive `a{64}` \(3 files, 4 bytes\)/);
    assert.match(text, /Imported .* from project `old`/);
    assert.match(text, /1 part of logs/);
  });

  test('takes the status of a task whose log is elsewhere from its newest head', () => {
    const head = { log_id: 'l', seq: 3, head_hash: HASH, bytes: 9 };
    const text = tell(
      { type: 'task.created', data: { task_id: 'T-9', log_id: 'l', genesis: HASH, title: 'Elsewhere' } },
      { type: 'head.committed', data: { task_id: 'T-9', ...head, status: 'needs_person' } },
      { type: 'head.committed', data: { task_id: 'T-unknown', ...head, status: 'accepted' } },
    );
    assert.match(
      text,
      /\| `T-9` \| Elsewhere \| \*\*! Open: waits for a person\*\* \| not in this archive \|/,
    );
    assert.doesNotMatch(text, /T-unknown/);
  });
});

describe('what the exporter adds', () => {
  test('is the signature, its witnesses and its warnings, first of all', () => {
    const { markdown, html } = reportOf({
      facts: {
        checkpoint: { origin: 'reeve/x', size: 1_234, root: ROOT, key_id: HASH },
        verification: {
          logs: 1,
          lines: 1,
          anchors: ['git note: consistent'],
          warnings: ['The clock is wrong.'],
        },
      },
    });
    assert.match(markdown, /The first 1,234 lines of the project log are signed as `reeve\/x`/);
    assert.match(markdown, /Outside witnesses:\*\* git note: consistent/);
    assert.match(markdown, /! Read this first\*\*\n> \n> - The clock is wrong\./);
    assert.match(html, /<div class="callout warn">/);
  });

  test('is what was left out, redacted or skipped, with the place of the whole list', () => {
    const redactedFiles = Array.from({ length: 102 }, (_, index) => ({ ...artifact(`tasks/T-1/f${index}`) }));
    const skippedFiles = [{ path: 'tasks/T-1/link', reason: 'it is a symbolic link' }];
    const since = '2026-02-01T00:00:00.000Z';
    const { markdown } = reportOf({ facts: { leftOut: { tasks: 2, since, redactedFiles, skippedFiles } } });
    assert.match(
      markdown,
      /The logs and files of 2 tasks were not handed over; only tasks with something after 2026-02-01/,
    );
    assert.match(markdown, /Withheld: `data\/tasks\/T-1\/f0` \(5 bytes\), SHA-256 `a{64}`/);
    assert.match(markdown, /and 2 further files; disclosure\.json/);
    assert.match(markdown, /Not archived: `tasks\/T-1\/link`, because it is a symbolic link/);
  });

  test('says which tasks were chosen, even if that left none out', () => {
    const leftOut = { ...FACTS.leftOut, since: '2026-02-01T00:00:00.000Z' };
    assert.match(reportOf({ facts: { leftOut } }).markdown, /files of 0 tasks were not handed over; only/);
    const one = { ...FACTS.leftOut, tasks: 1 };
    assert.match(reportOf({ facts: { leftOut: one } }).markdown, /files of 1 task were not handed over\. /);
  });
});

describe('lines that say less than they should', () => {
  const withheld = {
    log: 'tasks/T-1/events.jsonl',
    seq: 3,
    type: 'attempt.recorded',
    time: '2026-02-19T12:00:03.000Z',
  };

  test('a withheld line of a task is told with the task and at the top', () => {
    const { markdown } = reportOf({ events: ofTask('T-1', opened), withheld: [withheld] });
    const line =
      /Withheld: line 3 of `data\/tasks\/T-1\/events\.jsonl`, which claims to be `attempt\.recorded`/g;
    assert.equal(markdown.match(line)?.length, 2);
    assert.match(markdown, /Of 1 line the content is withheld, and only the links could be followed\./);
    assert.match(markdown, /Full record:\*\* `data\/tasks\/T-1\/events\.jsonl` \(3 lines\)/);
  });

  test('a task is told even if its first line is withheld, by the title the project log knows', () => {
    const created: EventDraft = {
      type: 'task.created',
      data: { task_id: 'T-1', log_id: 'l', genesis: HASH, title: 'Known' },
    };
    const { markdown } = reportOf({ events: [ofProject(created)], withheld: [withheld] });
    assert.match(markdown, /### `T-1` Known/);
  });

  test('a withheld line may have been an outcome, so nobody is said to have overruled the one before it', () => {
    const { html } = reportAround(withheld);
    assert.doesNotMatch(html, /Verdict overruled|Accepted without a pass/);
    assert.match(html, /Closed by hand/);
  });

  test('a withheld line of the project log is told at the top, and many are counted', () => {
    const lines = Array.from({ length: 52 }, (_, index) => ({
      ...withheld,
      log: 'events.jsonl',
      seq: index + 1,
    }));
    const { markdown } = reportOf({ withheld: lines });
    assert.match(markdown, /Withheld: line 50 of `data\/events\.jsonl`/);
    assert.match(markdown, /and 2 further lines of that log/);
  });

  test('a line of an unknown type, of the wrong log, or against its schema is counted, not told', () => {
    const unknown = { ...ofProject(startedWith(null)), type: 'future.event' } as unknown as LedgerEvent;
    const misplaced = ofTask('T-1', startedWith(null));
    const broken = ofTask('T-1', { type: 'task.opened', data: { title: 7 } } as unknown as EventDraft);
    const { markdown } = reportOf({ events: [unknown, ...misplaced, ...broken] });
    assert.match(
      markdown,
      /3 events could not be understood .*: future\.event \(line 1\), daemon\.started \(line 1\), task\.opened/,
    );
    assert.match(markdown, /0 of 0 tasks|No task’s log/);
  });

  test('a clock that went back is told, a later line of another log is none', () => {
    const early = { time: '2026-01-01T00:00:00.000Z' };
    const back = ofTask('T-1', opened, [closed, early]);
    assert.match(reportOf({ events: back }).markdown, /The clock went back 1 time/);
    const other = [...ofTask('T-1', opened), ...ofTask('T-2', [opened, early])];
    assert.doesNotMatch(reportOf({ events: other }).markdown, /The clock went back/);
  });
});

/** A failed attempt, a line that nobody may read, and an acceptance by a person. */
function reportAround(line: WithheldLine): ReportTexts {
  const report = createReport();
  const events = ofTask('T-1', opened, ...attempt(0, 0, 'TIMEOUT'), [closed, { actor: PERSON }]);
  for (const event of events) {
    if (event.type === 'task.closed') report.addWithheld(line);
    report.add(event);
  }
  return finish(report, FACTS);
}
