import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canonicalJson } from '../../../protocol/canonical-json.ts';
import { boundOutcome } from '../../../daemon/domain/bound-outcome.ts';
import { renderBrief } from '../../../daemon/domain/brief.ts';
import { compileRework } from '../../../daemon/domain/compile-rework.ts';
import { effectiveLimits, effectiveRetry } from '../../../daemon/domain/effective-limits.ts';
import { explainTask } from '../../../daemon/domain/explain-task.ts';
import { renderSummary } from '../../../daemon/domain/render-summary.ts';
import type { ReviewEvidence } from '../../../daemon/domain/review/evidence.ts';
import { EMPTY_HISTORY, recordHistory } from '../../../daemon/domain/task-history.ts';
import type { EventDraft, LedgerEvent } from '../../../protocol/events.ts';
import type { ReviewRecord, StepPack } from '../../../protocol/generated/types.ts';
import { change, command, evidenceOf, IN_ORDER, packOf, review } from '../../helpers/review-spec.ts';
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
  started,
  stateAfter,
} from '../../helpers/task-spec.ts';

const source = {
  attempt: { attempt_id: 'A_1', r: 0, s: 1, event_hash: 'a'.repeat(64) },
  packSha256: 'b'.repeat(64),
  threadId: null,
};

function recordOf(pack: StepPack, different: Partial<ReviewEvidence>): ReviewRecord {
  const outcome = review(different, pack);
  return {
    review_version: '1.0',
    task_id: pack.task_id,
    run_id: pack.run_id,
    step_id: pack.step_id,
    attempt: { attempt_id: 'A_1', r: 0, s: 1 },
    verdict: outcome.verdict,
    reason_code: outcome.reasonCode,
    reason_detail: outcome.detail,
    criteria: outcome.criteria,
    gates: outcome.gates,
    findings: outcome.findings,
    commands: [],
    files_changed: [],
    base_commit: 'c'.repeat(40),
    tree: 'd'.repeat(40),
    tree_after_commands: 'd'.repeat(40),
    worker: IN_ORDER,
    artifacts: [],
  };
}

describe('a ReworkPack', () => {
  test('quotes the unmet criteria verbatim and re-runs the commands of failed gates', () => {
    const order = packOf();
    const compiled = compileRework(
      order,
      recordOf(order, { commands: [command(0, 1), command(1, 0)] }),
      source,
    );
    assert.deepEqual(
      compiled.problems.map((problem) => problem.criteria),
      ['AC1: it checks.'],
    );
    assert.deepEqual(compiled.rerun_commands, ['node check.mjs']);
    assert.deepEqual(
      compiled.failed_gates.map((gate) => gate.gate_id),
      ['G1'],
    );
    assert.equal(compiled.target_revision, 1);
  });
  test('gives the same bytes for the same review', () => {
    const order = packOf();
    const record = recordOf(order, { commands: [command(0, 1)] });
    assert.equal(
      canonicalJson(compileRework(order, record, source)),
      canonicalJson(compileRework(order, record, source)),
    );
  });
  test('re-runs everything where no command showed the failure', () => {
    const order = packOf();
    const compiled = compileRework(order, recordOf(order, { changes: [change('docs/x.md')] }), source);
    assert.deepEqual(compiled.rerun_commands, order.commands.required);
    assert.match(compiled.problems[0]?.issue ?? '', /G3: paths outside/);
  });
  test('names findings as problems where every criterion is met', () => {
    const order = packOf();
    const compiled = compileRework(order, recordOf(order, { worker: { ...IN_ORDER, exit_code: 2 } }), source);
    assert.deepEqual(
      compiled.problems.map((problem) => problem.criteria),
      [null],
    );
  });
  test('re-runs everything after the failure of a command without a gate', () => {
    const gates = [
      {
        gate_id: 'G1',
        owner: 'worker',
        type: 'required_command_exit_0',
        target_ac: ['AC1', 'AC2'],
        command_index: 0,
      },
    ];
    const order = packOf({ gates });
    const compiled = compileRework(
      order,
      recordOf(order, { commands: [command(0, 0), command(1, 1)] }),
      source,
    );
    assert.deepEqual(compiled.rerun_commands, order.commands.required);
  });
  test('lists missing evidence', () => {
    const path_pattern = '.artifacts/agent_runs/T-1_run/steps/S1/rounds/R*/note.md';
    const order = packOf({ evidence_required: [{ id: 'E1', path_pattern, required_for: ['AC1'] }] });
    const compiled = compileRework(order, recordOf(order, {}), source);
    assert.deepEqual(compiled.missing_evidence, [{ id: 'E1', path_pattern, required_for: ['AC1'] }]);
  });
  test('quotes the whole where no failed gate explains a criterion', () => {
    const order = packOf();
    const record = recordOf(order, {});
    const odd = {
      ...record,
      criteria: record.criteria.map((criterion) => ({ ...criterion, met: false })),
      reason_detail: 'odd',
    };
    assert.equal(compileRework(order, odd, source).problems[0]?.issue, 'odd');
    assert.deepEqual(compileRework(order, { ...odd, gates: [] }, source).failed_gates, []);
  });
});

describe('the brief', () => {
  test('says the criteria verbatim, the scope and the commands', () => {
    const text = renderBrief(packOf(), null, { r: 0, s: 0 });
    for (const part of ['AC1: it checks.', '- src/**', '- *.key', 'node check.mjs', 'R0/S0'])
      assert.ok(text.includes(part), part);
    assert.ok(!text.includes('This is a rework'));
  });
  test('of a rework opens with what must change', () => {
    const order = packOf({
      description: 'More words.',
      evidence_required: [
        {
          id: 'E1',
          path_pattern: '.artifacts/agent_runs/T-1_run/steps/S1/rounds/R*/note.md',
          required_for: ['AC1'],
          notes: 'why',
        },
        { id: 'E2', path_pattern: 'step_result.json::risks', required_for: ['AC1'] },
      ],
    });
    const answers = compileRework(order, recordOf(order, { commands: [command(0, 1)] }), source);
    const text = renderBrief(
      order,
      {
        ...answers,
        problems: [...answers.problems, { criteria: null, issue: 'odd', evidence: [], impact: '' }],
      },
      { r: 1, s: 0 },
    );
    for (const part of ['This is a rework', 'More words.', '(why)', 'no criterion of its own', 'R1/S0'])
      assert.ok(text.includes(part), part);
    const bare = renderBrief(
      { ...order, commands: { allowed: [], required: [] } },
      { ...answers, rerun_commands: [] },
      { r: 1, s: 0 },
    );
    assert.ok(!bare.includes('```'));
  });
});

describe('limits and retries in force', () => {
  const configured = { runtime_sec: 100, silence_sec: 50, memory_mb: 10, output_mb: 5 };
  test('a pack lowers, never raises', () => {
    const asks = packOf({ runtime_policy: { timeout_sec: 10, no_output_timeout_sec: 500 } });
    assert.deepEqual(effectiveLimits(asks, configured), { ...configured, runtime_sec: 10 });
  });
  test('what a pack leaves open the configuration says', () => {
    const config = { max_rework_rounds: 3, on_exhausted: 'reject', max_attempts: null } as const;
    const retry = effectiveRetry(packOf(), config);
    assert.equal(retry.max_rework_rounds, 3);
    assert.equal(retry.on_exhausted, 'reject');
    const said = packOf({
      runtime_policy: { retry: { max_attempts: 9, max_rework_rounds: 0, on_exhausted: 'escalate' } },
    });
    assert.deepEqual(effectiveRetry(said, { ...config, max_attempts: 4 }), {
      ...effectiveRetry(said, config),
      max_attempts: 4,
      max_rework_rounds: 0,
      on_exhausted: 'escalate',
    });
  });
  test('a pack that wants no rework gets none', () => {
    const none = packOf({ runtime_policy: { retry: { requires_rework_pack_after_failed_attempts: false } } });
    assert.equal(
      effectiveRetry(none, { max_rework_rounds: 3, on_exhausted: 'reject', max_attempts: null })
        .max_rework_rounds,
      0,
    );
  });
});

describe('what an event says itself', () => {
  test('is bounded whatever a worker does', () => {
    const changes = Array.from({ length: 5000 }, (_, index) => change(`src/${'x'.repeat(900)}${index}`));
    const evidence = evidenceOf({ changes: [...changes, change('out'.repeat(200))] });
    const data = boundOutcome(review(evidence), evidence);
    assert.ok(JSON.stringify(data).length < 60_000);
    assert.equal(data.files_changed_count, 5001);
    assert.equal(data.files_changed[0]?.path.length, 300);
    assert.ok(data.findings[0]?.detail.endsWith('…'));
    assert.equal(boundOutcome(review(), evidenceOf()).reason_detail, 'every criterion is met');
  });
});

describe('summaries', () => {
  test('say what was measured', () => {
    const text = renderSummary(packOf(), {
      changes: [change('src/a.ts')],
      commands: [command(0, 1)],
      worker: IN_ORDER,
    });
    for (const part of ['src/a.ts (added)', 'exit 1', 'AC1: it checks.'])
      assert.ok(text.includes(part), part);
    const empty = renderSummary(packOf(), { changes: [], commands: [], worker: null });
    for (const part of ['None.', 'None were run.', 'was not started']) assert.ok(empty.includes(part), part);
  });
});

describe('explaining a task', () => {
  const explain = (...history: readonly EventDraft[]) => explainTask(stateAfter(...history));
  test('names where it stands and who is next', () => {
    assert.match(explain(), /Nothing is known/);
    assert.match(explain(opened, pack()), /waits for its turn as R0\/S0\./);
    assert.match(explain(opened, pack({ depends_on: ['T-0'] })), /after T-0/);
    assert.match(explain(opened, pack(), started(0, 0)), /being worked on: R0\/S0 by worker w/);
    assert.match(explain(opened, pack(), started(0, 0), exited(0, 0)), /being judged/);
    assert.match(
      explain(opened, pack(), ...attempt(0, 0, 'AC_NOT_MET', { next_action: 'REWORK' })),
      /next is REWORK/,
    );
    assert.match(explain(opened, pack(), escalated()), /reeve retry T-1 --reset/);
    assert.match(
      explain(opened, pack(), ...attempt(0, 0, 'PASS_ALL_CRITERIA'), committed(0, 0)),
      /is accepted as cccccccccccc/,
    );
    assert.match(explain(opened, recorded(0, 0, 'AC_NOT_MET', { recorded_by: 'tool' })), /outside tool/);
    assert.match(explain(opened, pack(), closed), /Closed as accepted/);
  });
});

describe('the history of a task', () => {
  const fold = (drafts: readonly EventDraft[]) =>
    drafts
      .map(
        (draft, index) =>
          ({
            ...draft,
            seq: index + 1,
            event_hash: `h${index + 1}`,
            time: `t${index + 1}`,
          }) as unknown as LedgerEvent,
      )
      .reduce(recordHistory, EMPTY_HISTORY);
  test('tells attempts in the order of dispatch, with what became of each', () => {
    const told = fold([
      opened,
      pack(),
      started(0, 0, { attempt_id: 'A_cut' }),
      {
        ...interrupted(0, 0),
        data: { attempt_id: 'A_cut', r: 0, s: 0, detail: 'gone', orphans: [], snapshot: null },
      } as never,
      ...attempt(0, 0, 'AC_NOT_MET', { next_action: 'REWORK' }),
      rework(1),
    ]);
    assert.deepEqual(
      told.attempts.map((one) => [
        one.attemptId,
        one.interrupted,
        one.recorded?.reason_code,
        one.rework?.target_revision,
      ]),
      [
        ['A_cut', 'gone', undefined, undefined],
        ['A_0_0', null, 'AC_NOT_MET', 1],
      ],
    );
    assert.equal(told.events, 9);
    assert.equal(told.headHash, 'h9');
    assert.equal(told.packs.length, 1);
  });
  test('knows attempts that only a tool reported', () => {
    const told = fold([opened, recorded(0, 0, 'AC_NOT_MET', { recorded_by: 'tool' })]);
    assert.equal(told.attempts[0]?.worker, null);
    const {
      run_id: _,
      step_id: __,
      ...bare
    } = recorded(0, 0, 'AC_NOT_MET') as Extract<ReturnType<typeof recorded>, { type: 'attempt.recorded' }>;
    assert.equal(fold([bare as never]).attempts[0]?.stepId, '');
  });
});
