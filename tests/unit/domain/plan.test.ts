import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EventDraft } from '../../../protocol/events.ts';
import { MAX_INFRASTRUCTURE_FAILURES, nextAction } from '../../../daemon/domain/next-action.ts';
import { plan, type DependencyStanding, type Intent } from '../../../daemon/domain/plan.ts';
import { dependenciesOf, taskStatus } from '../../../daemon/domain/task-state.ts';
import type { AttemptRecordedData, PackAcceptedData, ReasonCode } from '../../../protocol/generated/types.ts';
import {
  attempt,
  closed,
  committed,
  escalated,
  exited,
  interrupted,
  opened,
  outcomeData,
  pack,
  packData,
  recorded,
  rework,
  spawned,
  started,
  stateAfter,
} from '../../helpers/task-spec.ts';

function owed(
  history: readonly EventDraft[],
  dependency: DependencyStanding = 'open',
  busy: readonly string[] = [],
): readonly Intent[] {
  return plan(stateAfter(...history), { busy: new Set(busy), dependency: () => dependency });
}

const types = (intents: readonly Intent[]) => intents.map((intent) => intent.type);
const judged = (r: number, s: number, code: ReasonCode, next_action: AttemptRecordedData['next_action']) =>
  attempt(r, s, code, { next_action });

describe('plan', () => {
  test('a pack owes a dispatch of R0/S0', () => {
    assert.deepEqual(owed([opened, pack()]), [{ type: 'dispatch', stepId: 'S1', r: 0, s: 0 }]);
  });
  test('a busy step owes nothing', () => {
    assert.deepEqual(owed([opened, pack()], 'open', ['S1']), []);
  });
  test('an attempt nobody carries on is to be interrupted', () => {
    assert.deepEqual(types(owed([opened, pack(), started(0, 0), spawned(0, 0)])), ['interrupt']);
  });
  test('an interrupted attempt is owed again at the same pointer', () => {
    assert.deepEqual(owed([opened, pack(), started(0, 0), interrupted(0, 0)]), [
      { type: 'dispatch', stepId: 'S1', r: 0, s: 0 },
    ]);
  });
  test('a worker that has ended owes a review', () => {
    assert.deepEqual(types(owed([opened, pack(), started(0, 0), exited(0, 0)])), ['review']);
  });
  test('a retry is the next S, a rework the next R', () => {
    assert.deepEqual(owed([opened, pack(), ...judged(0, 0, 'COMMAND_FAILED', 'RETRY')]), [
      { type: 'dispatch', stepId: 'S1', r: 0, s: 1 },
    ]);
    const sentBack = [opened, pack(), ...judged(0, 0, 'COMMAND_FAILED', 'REWORK')];
    assert.deepEqual(types(owed(sentBack)), ['requestRework']);
    assert.deepEqual(owed([...sentBack, rework(1)]), [{ type: 'dispatch', stepId: 'S1', r: 1, s: 0 }]);
  });
  test('an infrastructure failure is tried again without consuming the retry', () => {
    assert.deepEqual(owed([opened, pack(), ...judged(0, 0, 'RATE_LIMITED', 'RETRY')]), [
      { type: 'dispatch', stepId: 'S1', r: 0, s: 0 },
    ]);
  });
  test('a pass is committed, and then its task closed', () => {
    const passed = [opened, pack(), ...judged(0, 0, 'PASS_ALL_CRITERIA', 'CLOSE')];
    assert.deepEqual(types(owed(passed)), ['commit']);
    const [intent] = owed([...passed, committed(0, 0)]);
    assert.equal(intent?.type === 'close' && intent.finalStatus, 'accepted');
  });
  test('a task stays open for more steps when its pack says so', () => {
    const passed = [
      opened,
      pack({ closes_task: false }),
      ...judged(0, 0, 'PASS_ALL_CRITERIA', 'CLOSE'),
      committed(0, 0),
    ];
    assert.deepEqual(owed(passed), []);
    const second = pack({ pack_sha256: 'f'.repeat(64) }, { step_id: 'S2' });
    assert.deepEqual(owed([...passed, second]), [{ type: 'dispatch', stepId: 'S2', r: 0, s: 0 }]);
  });
  test('exhausted retries go to a person, or close the task as rejected', () => {
    const failed = judged(1, 1, 'COMMAND_FAILED', 'ESCALATE');
    const [escalation] = owed([opened, pack(), ...failed]);
    assert.ok(escalation?.type === 'escalate' && escalation.reasonCode === 'RETRY_EXHAUSTED');
    assert.match(escalation.detail, /R1\/S1 ended COMMAND_FAILED/);
    const retry: PackAcceptedData['retry'] = { ...packData().retry, on_exhausted: 'reject' };
    const [close] = owed([opened, pack({ retry }), ...failed]);
    assert.ok(close?.type === 'close' && close.finalStatus === 'rejected');
  });
  test('a first attempt that cannot be tried again names its own reason', () => {
    const [intent] = owed([opened, pack(), ...judged(0, 0, 'SCOPE_VIOLATION', 'ESCALATE')]);
    assert.equal(intent?.type === 'escalate' && intent.reasonCode, 'SCOPE_VIOLATION');
  });
  test('what blocks is never closed by itself', () => {
    const retry: PackAcceptedData['retry'] = { ...packData().retry, on_exhausted: 'reject' };
    assert.deepEqual(types(owed([opened, pack({ retry }), ...judged(0, 0, 'COMMAND_NOT_FOUND', 'BLOCK')])), [
      'escalate',
    ]);
  });
  test('nothing is owed by a step that needs a person, by a closed task, or by what a tool reports', () => {
    assert.deepEqual(owed([opened, pack(), escalated()]), []);
    assert.deepEqual(owed([opened, pack(), closed]), []);
    assert.deepEqual(owed([opened, recorded(0, 0, 'COMMAND_FAILED', { recorded_by: 'tool' })]), []);
    assert.deepEqual(owed([]), []);
  });
  test('a reset owes the next S with a fresh budget', () => {
    const reset: EventDraft = {
      type: 'step.reset',
      data: { step_id: 'S1', reason: 'x' },
      run_id: 'T-1_run',
      step_id: 'S1',
    };
    const history = [opened, pack(), ...judged(0, 0, 'COMMAND_FAILED', 'ESCALATE'), escalated()];
    assert.deepEqual(owed([...history, reset]), [{ type: 'dispatch', stepId: 'S1', r: 0, s: 1 }]);
    assert.deepEqual(owed([opened, pack(), escalated(), reset]), [
      { type: 'dispatch', stepId: 'S1', r: 0, s: 0 },
    ]);
  });
  test('endless interruptions end at a person', () => {
    const cut = Array.from({ length: MAX_INFRASTRUCTURE_FAILURES }, () => [
      started(0, 0),
      interrupted(0, 0),
    ]).flat();
    const [intent] = owed([opened, pack(), ...cut]);
    assert.equal(intent?.type === 'escalate' && intent.reasonCode, 'INTERRUPTED');
  });
  test('a dependency is waited for; one that failed needs a person', () => {
    const waiting = [opened, pack({ depends_on: ['T-0'] })];
    assert.deepEqual(owed(waiting, 'open'), []);
    assert.deepEqual(types(owed(waiting, 'accepted')), ['dispatch']);
    const [intent] = owed(waiting, 'failed');
    assert.equal(intent?.type === 'escalate' && intent.reasonCode, 'CONTRACT_GUARD_BLOCKED');
  });
  test('a step may depend on another step of its task', () => {
    const second = pack({ pack_sha256: 'f'.repeat(64), depends_on: ['S1'] }, { step_id: 'S2' });
    const first = [opened, pack({ closes_task: false }), second];
    assert.deepEqual(types(owed(first)), ['dispatch']);
    const done = [...first, ...judged(0, 0, 'PASS_ALL_CRITERIA', 'CLOSE'), committed(0, 0)];
    assert.deepEqual(
      owed(done).map((intent) => intent.type === 'dispatch' && intent.stepId),
      ['S2'],
    );
  });
  test('the steps of a task are carried out one at a time', () => {
    const second = pack({ pack_sha256: 'f'.repeat(64) }, { step_id: 'S2' });
    assert.deepEqual(types(owed([opened, pack(), second, started(0, 0)])), ['interrupt']);
    assert.deepEqual(owed([opened, pack(), second], 'open', ['S1']), []);
  });
  test('an old retry that was left judged goes to a person', () => {
    const state = stateAfter(opened, pack(), ...judged(0, 0, 'COMMAND_FAILED', 'ESCALATE'));
    const step = state.steps.get('S1');
    assert.ok(step !== undefined);
    const latest = outcomeData(0, 0, 'COMMAND_FAILED', { next_action: 'RETRY' });
    const odd = {
      ...state,
      steps: new Map([['S1', { ...step, phase: { type: 'judged', attempt: latest } as const }]]),
    };
    assert.deepEqual(types(plan(odd, { busy: new Set(), dependency: () => 'open' })), ['escalate']);
  });
});

describe('next action', () => {
  const after = (history: readonly EventDraft[], code: ReasonCode, openProblems = 2) => {
    const step = stateAfter(opened, ...history).steps.get('S1');
    assert.ok(step !== undefined);
    return nextAction(step, { r: 0, reasonCode: code, openProblems });
  };
  test('closes on a pass', () => assert.equal(after([pack()], 'PASS_ALL_CRITERIA'), 'CLOSE'));
  test('retries what the pack names, as often as it says', () => {
    assert.equal(after([pack()], 'COMMAND_FAILED'), 'RETRY');
    assert.equal(after([pack(), recorded(0, 0, 'COMMAND_FAILED')], 'COMMAND_FAILED'), 'REWORK');
  });
  test('reworks what the pack does not retry', () =>
    assert.equal(after([pack()], 'SCOPE_VIOLATION'), 'REWORK'));
  test('escalates when the rework rounds are used up', () => {
    const history = [pack(), recorded(0, 0, 'AC_NOT_MET', { next_action: 'REWORK' }), rework(1)];
    assert.equal(after(history, 'AC_NOT_MET', 1), 'ESCALATE');
  });
  test('escalates when a rework round did not shrink the open problems', () => {
    const retry = { ...packData().retry, max_rework_rounds: 5 };
    const history = [pack({ retry }), recorded(0, 0, 'AC_NOT_MET', { next_action: 'REWORK' }), rework(1)];
    assert.equal(after(history, 'AC_NOT_MET', 2), 'ESCALATE');
    assert.equal(after(history, 'AC_NOT_MET', 1), 'REWORK');
  });
  test('never retries what a person must look at, whatever the pack says', () => {
    const retry = { ...packData().retry, retry_on: ['GATE_TAMPERED'] as const };
    assert.equal(after([pack({ retry })], 'GATE_TAMPERED'), 'ESCALATE');
  });
  test('leaves what a rule or a person must decide to a person', () => {
    assert.equal(after([pack()], 'GATE_TAMPERED'), 'ESCALATE');
    assert.equal(after([pack()], 'CANCELLED'), 'BLOCK');
  });
  test('tries infrastructure again, but not for ever, and never a missing program', () => {
    assert.equal(after([pack()], 'BACKEND_UNAVAILABLE'), 'RETRY');
    assert.equal(after([pack()], 'COMMAND_NOT_FOUND'), 'BLOCK');
    const often = Array.from({ length: MAX_INFRASTRUCTURE_FAILURES - 1 }, () => interrupted(0, 0));
    assert.equal(after([pack(), ...often], 'BACKEND_UNAVAILABLE'), 'BLOCK');
  });
  test('blocks a step without a pack', () => {
    assert.equal(
      after([recorded(0, 0, 'COMMAND_FAILED', { recorded_by: 'tool' })], 'COMMAND_FAILED'),
      'BLOCK',
    );
  });
});

describe('dependencies', () => {
  test('are those of the pack, and none without one', () => {
    const bare = stateAfter(opened, recorded(0, 0, 'COMMAND_FAILED', { recorded_by: 'tool' })).steps.get(
      'S1',
    );
    assert.ok(bare !== undefined);
    assert.deepEqual(dependenciesOf(bare), []);
  });
});

describe('task status', () => {
  const status = (...history: readonly EventDraft[]) => taskStatus(stateAfter(...history));
  test('follows the steps', () => {
    assert.equal(status(opened, pack()), 'queued');
    assert.equal(status(opened, pack(), started(0, 0)), 'running');
    assert.equal(status(opened, pack(), started(0, 0), exited(0, 0)), 'running');
    assert.equal(status(opened, pack(), ...judged(0, 0, 'PASS_ALL_CRITERIA', 'CLOSE')), 'running');
    assert.equal(status(opened, pack(), escalated()), 'needs_person');
    assert.equal(status(opened, recorded(0, 0, 'COMMAND_FAILED', { recorded_by: 'tool' })), 'waiting');
    assert.equal(status(opened, pack(), closed), 'accepted');
  });
});
