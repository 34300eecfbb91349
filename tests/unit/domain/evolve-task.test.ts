import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EventDraft } from '../../../protocol/events.ts';
import { evolveTask } from '../../../daemon/domain/evolve-task.ts';
import {
  attempt,
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
  stateAfter,
} from '../../helpers/task-spec.ts';

const step = (...history: readonly EventDraft[]) => {
  const found = stateAfter(opened, ...history).steps.get('S1');
  assert.ok(found !== undefined);
  return found;
};

describe('evolving a task', () => {
  test('an event that makes no sense here changes nothing', () => {
    const state = stateAfter(opened, pack());
    const out: EventDraft[] = [
      spawned(0, 0),
      exited(0, 0),
      { ...pack(), type: 'artifact.forgotten' } as unknown as EventDraft,
    ];
    for (const event of out) assert.equal(evolveTask(state, event), state);
  });
  test('an event of a step without its ids changes nothing', () => {
    const state = stateAfter(opened, pack());
    const { step_id: _, ...nameless } = started(0, 0) as Extract<EventDraft, { type: 'attempt.started' }>;
    assert.equal(evolveTask(state, nameless as EventDraft), state);
  });
  test('a step seen first by something else than a pack waits for a person', () => {
    assert.equal(step(escalated()).phase.type, 'needs_person');
    const { run_id: _, ...partial } = spawned(0, 0) as Extract<EventDraft, { type: 'worker.spawned' }>;
    assert.equal(stateAfter(partial as EventDraft).steps.size, 0);
  });
  test('an attempt remembers what it started from, a rework starts from the work it answers', () => {
    const first = step(pack(), started(0, 0));
    assert.equal(first.base?.startTree, 'd'.repeat(40));
    const again = step(pack(), ...attempt(0, 0, 'AC_NOT_MET', { next_action: 'REWORK' }), rework(1));
    assert.equal(again.base?.startTree, 'e'.repeat(40));
    assert.equal(again.base?.commit, first.base?.commit);
    const unmeasured = step(
      pack(),
      ...attempt(0, 0, 'AC_NOT_MET', { next_action: 'REWORK', tree: null }),
      rework(1),
    );
    assert.equal(unmeasured.base?.startTree, 'd'.repeat(40));
  });
  test('the control files before the first attempt are what later ones are held to, until a person looked', () => {
    const control = (...history: readonly EventDraft[]) => step(pack(), ...history).base?.control;
    const first = attempt(0, 0, 'AC_NOT_MET', { next_action: 'REWORK' });
    const second = started(1, 0, { control_sha256: 'b'.repeat(64) });
    assert.equal(control(...first, rework(1), second), 'a'.repeat(64));
    const reset: EventDraft = {
      type: 'step.reset',
      data: { step_id: 'S1', reason: 'looked' },
      run_id: 'T-1_run',
      step_id: 'S1',
    };
    assert.equal(control(...first, escalated(), reset), null);
    assert.equal(control(...first, escalated(), reset, second), 'b'.repeat(64));
    assert.equal(step(pack(), escalated(), reset).base, null);
  });
  test('a new pack starts afresh', () => {
    const renewed = step(
      pack(),
      ...attempt(0, 0, 'AC_NOT_MET'),
      pack({ pack_sha256: 'f'.repeat(64), r: 1 }, { run_id: 'T-1_b' }),
    );
    assert.equal(renewed.base, null);
    assert.equal(renewed.runId, 'T-1_b');
    assert.deepEqual(renewed.phase, { type: 'owed', r: 1, s: 0 });
  });
  test('a rework by hand opens a fresh budget, one by the controller counts as a round', () => {
    const failed = [pack(), ...attempt(0, 0, 'AC_NOT_MET', { next_action: 'REWORK' })];
    assert.deepEqual(step(...failed, rework(1)).budget, {
      attempts: 0,
      reworkRounds: 1,
      infrastructureFailures: 0,
    });
    assert.equal(step(...failed, rework(1)).problemsBefore, 2);
    const byHand = step(...failed, rework(1, { source: 'person' }));
    assert.equal(byHand.budget.reworkRounds, 0);
    assert.equal(byHand.problemsBefore, null);
  });
  test('an outcome ends a row of infrastructure failures', () => {
    assert.equal(step(pack(), started(0, 0), interrupted(0, 0)).budget.infrastructureFailures, 1);
    const after = step(pack(), started(0, 0), interrupted(0, 0), ...attempt(0, 0, 'COMMAND_FAILED'));
    assert.deepEqual(after.budget, { attempts: 1, reworkRounds: 0, infrastructureFailures: 0 });
    assert.equal(step(pack(), recorded(0, 0, 'RATE_LIMITED')).budget.infrastructureFailures, 1);
  });
  test('a commit is the end of a step', () => {
    assert.equal(step(pack(), ...attempt(0, 0, 'PASS_ALL_CRITERIA'), committed(0, 0)).phase.type, 'done');
  });
});
