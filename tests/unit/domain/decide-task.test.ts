import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EventDraft } from '../../../protocol/events.ts';
import type { TaskCommand } from '../../../daemon/domain/task-command.ts';
import {
  acceptPack,
  accepted,
  attempt,
  closed,
  committed,
  escalated,
  exited,
  given,
  interrupted,
  opened,
  outcomeData,
  pack,
  recordAttempt,
  refusedWith,
  reworkData,
  rework,
  spawned,
  startAttempt,
  started,
} from '../../helpers/task-spec.ts';

const OTHER = { pack_sha256: 'f'.repeat(64) };
const types = (command: TaskCommand, ...history: readonly EventDraft[]) =>
  accepted(given(...history).when(command)).map((draft) => draft.type);

describe('accepting a pack', () => {
  test('opens a new task', () => {
    assert.deepEqual(types(acceptPack()), ['task.opened', 'pack.accepted']);
  });
  test('the same bytes twice are one pack, even after the close', () => {
    assert.deepEqual(types(acceptPack(), opened, pack()), []);
    assert.deepEqual(types(acceptPack(), opened, pack(), closed), []);
  });
  test('refuses the same ids with other bytes', () => {
    refusedWith(given(opened, pack(), escalated()).when(acceptPack(OTHER)), 'CONFLICT');
  });
  test('refuses a changed pack while the step is being worked on', () => {
    refusedWith(given(opened, pack(), started(0, 0)).when(acceptPack(OTHER, { runId: 'T-1_b' })), 'CONFLICT');
  });
  test('refuses new work for a step that is accepted already', () => {
    const history = [
      opened,
      pack({ closes_task: false }),
      ...attempt(0, 0, 'PASS_ALL_CRITERIA'),
      committed(0, 0),
    ];
    refusedWith(given(...history).when(acceptPack(OTHER, { runId: 'T-1_b' })), 'CONFLICT');
  });
  test('a changed pack for a step that needs a person opens the next revision', () => {
    const history = [
      opened,
      pack(),
      ...attempt(0, 0, 'TIMEOUT', { next_action: 'ESCALATE' }),
      escalated('TIMEOUT'),
    ];
    const [draft] = accepted(given(...history).when(acceptPack(OTHER, { runId: 'T-1_b' })));
    assert.equal(draft?.type === 'pack.accepted' && draft.data.r, 1);
  });
  test('a second step joins the task', () => {
    assert.deepEqual(types(acceptPack(OTHER, { stepId: 'S2' }), opened, pack()), ['pack.accepted']);
  });
  test('refuses a pack after the close', () => {
    refusedWith(given(opened, pack(), closed).when(acceptPack(OTHER, { stepId: 'S2' })), 'TASK_CLOSED');
  });
});

describe('attempts', () => {
  test('the first attempt is R0/S0 and nothing else', () => {
    assert.deepEqual(types(startAttempt(0, 0), opened, pack()), ['attempt.started']);
    refusedWith(given(opened, pack()).when(startAttempt(0, 1)), 'ATTEMPT_OUT_OF_ORDER');
    refusedWith(given(opened, pack()).when(startAttempt(1, 0)), 'ATTEMPT_OUT_OF_ORDER');
  });
  test('an attempt cannot be started twice', () => {
    refusedWith(given(opened, pack(), started(0, 0)).when(startAttempt(0, 0)), 'ATTEMPT_OUT_OF_ORDER');
  });
  test('dispatches are counted, interrupted ones too', () => {
    const [draft] = accepted(
      given(opened, pack(), started(0, 0), interrupted(0, 0)).when(startAttempt(0, 0)),
    );
    assert.equal(draft?.type === 'attempt.started' && draft.data.dispatch, 1);
  });
  test('spawn, exit and interruption belong to the attempt under way', () => {
    const spawn = spawned(0, 0);
    const exit = exited(0, 0);
    assert.ok(spawn.type === 'worker.spawned' && exit.type === 'worker.exited');
    const recordSpawn: TaskCommand = { type: 'recordSpawn', stepId: 'S1', spawned: spawn.data };
    const recordExit: TaskCommand = { type: 'recordExit', stepId: 'S1', exited: exit.data };
    const gone = { attempt_id: 'A_0_0', r: 0, s: 0, detail: 'gone', orphans: [], snapshot: null };
    const interrupt: TaskCommand = { type: 'interruptAttempt', stepId: 'S1', interrupted: gone };
    for (const command of [recordSpawn, recordExit, interrupt]) {
      assert.equal(types(command, opened, pack(), started(0, 0)).length, 1);
      refusedWith(given(opened, pack()).when(command), 'ATTEMPT_OUT_OF_ORDER');
      refusedWith(
        given(opened, pack(), started(0, 0, { attempt_id: 'A_other' })).when(command),
        'ATTEMPT_OUT_OF_ORDER',
      );
    }
  });
  test('an outcome is recorded for the attempt under way only', () => {
    assert.deepEqual(
      types(recordAttempt(0, 0, 'COMMAND_FAILED'), opened, pack(), started(0, 0), exited(0, 0)),
      ['attempt.recorded'],
    );
    assert.deepEqual(types(recordAttempt(0, 0, 'COMMAND_NOT_FOUND'), opened, pack(), started(0, 0)), [
      'attempt.recorded',
    ]);
    refusedWith(given(opened, pack()).when(recordAttempt(0, 0, 'COMMAND_FAILED')), 'ATTEMPT_OUT_OF_ORDER');
  });
  test('a step nobody knows is not found', () => {
    refusedWith(
      given(opened, pack()).when({ ...startAttempt(0, 0), stepId: 'S9' } as TaskCommand),
      'NOT_FOUND',
    );
  });
});

describe('rework', () => {
  const failed = [opened, pack(), ...attempt(0, 0, 'AC_NOT_MET', { next_action: 'REWORK' })];
  test('follows a judged attempt that asks for it, at its revision plus one', () => {
    const command: TaskCommand = { type: 'requestRework', stepId: 'S1', rework: reworkData(1) };
    assert.deepEqual(types(command, ...failed), ['rework.requested']);
    refusedWith(given(...failed).when({ ...command, rework: reworkData(2) }), 'ATTEMPT_OUT_OF_ORDER');
    refusedWith(given(opened, pack()).when(command), 'ATTEMPT_OUT_OF_ORDER');
  });
  test('the same bytes twice are one', () => {
    assert.deepEqual(
      types({ type: 'requestRework', stepId: 'S1', rework: reworkData(1) }, ...failed, rework(1)),
      [],
    );
  });
  test('by hand it continues a step that needs a person', () => {
    const command: TaskCommand = {
      type: 'requestRework',
      stepId: 'S1',
      rework: reworkData(1, { source: 'person' }),
    };
    assert.deepEqual(types(command, ...failed, escalated()), ['rework.requested']);
    refusedWith(given(...failed).when(command), 'ATTEMPT_OUT_OF_ORDER');
  });
});

describe('commit, escalation, reset', () => {
  const passed = [opened, pack(), ...attempt(0, 0, 'PASS_ALL_CRITERIA')];
  const commit = committed(0, 0);
  test('a commit is recorded for the attempt that passed', () => {
    assert.ok(commit.type === 'work.committed');
    const command: TaskCommand = { type: 'recordCommit', stepId: 'S1', commit: commit.data };
    assert.deepEqual(types(command, ...passed), ['work.committed']);
    refusedWith(
      given(...passed).when({ ...command, commit: { ...commit.data, attempt_id: 'A_x' } }),
      'ATTEMPT_OUT_OF_ORDER',
    );
    refusedWith(given(opened, pack()).when(command), 'ATTEMPT_OUT_OF_ORDER');
    const failed = [opened, pack(), ...attempt(0, 0, 'TIMEOUT', { next_action: 'ESCALATE' })];
    refusedWith(given(...failed).when(command), 'ATTEMPT_OUT_OF_ORDER');
  });
  test('an escalation is recorded once', () => {
    const command: TaskCommand = {
      type: 'escalate',
      stepId: 'S1',
      escalation: { reason_code: 'TIMEOUT', detail: 'x' },
    };
    assert.deepEqual(types(command, opened, pack()), ['task.escalated']);
    assert.deepEqual(types(command, opened, pack(), escalated()), []);
  });
  test('a reset needs a step that needs a person', () => {
    assert.deepEqual(types({ type: 'resetStep', reason: 'fixed' }, opened, pack(), escalated()), [
      'step.reset',
    ]);
    refusedWith(given(opened, pack()).when({ type: 'resetStep', reason: 'x' }), 'CONFLICT');
  });
});

describe('the manual logger', () => {
  const report = (r: number, s: number, change = {}): TaskCommand => {
    const { next_action: _, ...outcome } = outcomeData(r, s, 'COMMAND_FAILED', {
      recorded_by: 'tool',
      ...change,
    });
    return {
      type: 'reportAttempt',
      projectId: 'p',
      runId: 'T-1_run',
      stepId: 'S1',
      title: 'By hand',
      outcome,
    };
  };
  const first = accepted(given().when(report(0, 0)));
  test('opens the task with R0/S0', () => {
    assert.deepEqual(
      first.map((draft) => draft.type),
      ['task.opened', 'attempt.recorded'],
    );
    refusedWith(given().when(report(0, 1)), 'ATTEMPT_OUT_OF_ORDER');
  });
  test('goes on with S+1 or R+1/S0 and nothing else', () => {
    for (const [r, s] of [
      [0, 1],
      [1, 0],
    ] as const)
      assert.equal(types(report(r, s), ...first).length, 1);
    for (const [r, s] of [
      [0, 0],
      [0, 2],
      [1, 1],
      [2, 0],
    ] as const) {
      refusedWith(given(...first).when(report(r, s)), 'ATTEMPT_OUT_OF_ORDER');
    }
  });
  test('keeps off the steps that Reeve carries out', () => {
    refusedWith(given(opened, pack()).when(report(0, 0)), 'CONFLICT');
  });
  test('an accepted close needs the controller’s PASS', () => {
    const close: TaskCommand = {
      type: 'close',
      close: { final_status: 'accepted', reason_code: 'PASS_ALL_CRITERIA', detail: '' },
    };
    const pass = { result: 'PASS', reason_code: 'PASS_ALL_CRITERIA' } as const;
    const unsure = accepted(given(...first).when(report(0, 1, { ...pass, controller_verdict: null })));
    refusedWith(given(...first, ...unsure).when(close), 'CONFLICT');
    const sure = accepted(given(...first).when(report(0, 1, { ...pass, controller_verdict: 'PASS' })));
    assert.deepEqual(types(close, ...first, ...sure), ['task.closed']);
  });
});

describe('closing', () => {
  const close = (final_status: 'accepted' | 'rejected'): TaskCommand => ({
    type: 'close',
    close: { final_status, reason_code: 'CANCELLED', detail: 'by hand' },
  });
  test('is refused while an attempt is under way', () => {
    refusedWith(given(opened, pack(), started(0, 0)).when(close('rejected')), 'CONFLICT');
    refusedWith(given(opened, pack(), started(0, 0), exited(0, 0)).when(close('rejected')), 'CONFLICT');
  });
  test('as accepted needs the work to be a commit', () => {
    const passed = [opened, pack(), ...attempt(0, 0, 'PASS_ALL_CRITERIA')];
    refusedWith(given(...passed).when(close('accepted')), 'CONFLICT');
    assert.deepEqual(types(close('accepted'), ...passed, committed(0, 0)), ['task.closed']);
  });
  test('as rejected is open to a person at any rest', () => {
    assert.deepEqual(types(close('rejected'), opened, pack(), escalated()), ['task.closed']);
  });
  test('of a task nobody knows is not found', () => {
    refusedWith(given().when(close('rejected')), 'NOT_FOUND');
  });
  test('happens once: nothing follows it', () => {
    refusedWith(given(opened, pack(), closed).when(close('rejected')), 'TASK_CLOSED');
    refusedWith(given(opened, pack(), closed).when(startAttempt(0, 0)), 'TASK_CLOSED');
  });
});
