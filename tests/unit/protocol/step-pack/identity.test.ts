import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted, MINIMAL, normalise, problemsOf, SHA256 } from '../minimal-pack.ts';

test('a minimal pack gets its names by default', () => {
  const pack = accepted();
  assert.equal(pack.task_id, 'T-1');
  assert.equal(pack.step_id, 'S1');
  assert.equal(pack.run_id, `T-1_${SHA256.slice(0, 12)}`);
  assert.equal(pack.step_title, MINIMAL.title);
  assert.equal(pack.step_description, MINIMAL.title);
  assert.equal(pack.objective, MINIMAL.title);
});

test('keeps the names that are given', () => {
  const given = { run_id: 'T-1_20260219T120000Z_zz', step_id: 'S2', description: 'd', objective: 'o' };
  const pack = accepted(given);
  assert.equal(pack.run_id, given.run_id);
  assert.equal(pack.step_id, 'S2');
  assert.equal(pack.step_description, 'd');
  assert.equal(pack.objective, 'o');
});

test('title and step_title are one fact', () => {
  assert.equal(accepted({ step_title: MINIMAL.title }).step_title, MINIMAL.title);
  assert.equal(accepted({ title: undefined, step_title: 'x' }).step_title, 'x');
  assert.deepEqual(problemsOf(normalise({ step_title: 'other' })), ['ALIAS_CONFLICT /title']);
  assert.deepEqual(problemsOf(normalise({ step_description: 'a', description: 'b' })), [
    'ALIAS_CONFLICT /description',
  ]);
});

test('refuses a pack without a title or task', () => {
  assert.deepEqual(problemsOf(normalise({ title: undefined })), ['MISSING /step_title']);
  assert.deepEqual(problemsOf(normalise({ task_id: undefined })), ['MISSING /task_id']);
  assert.deepEqual(problemsOf(normalise({ title: 3 })), ['WRONG_TYPE /title']);
});

test('refuses ids that cannot name a folder', () => {
  assert.deepEqual(problemsOf(normalise({ task_id: 'a/b' })), ['BAD_FORMAT /task_id']);
  assert.deepEqual(problemsOf(normalise({ task_id: 'con' })), ['BAD_FORMAT /task_id']);
  assert.deepEqual(problemsOf(normalise({ step_id: 'S.' })), ['BAD_FORMAT /step_id']);
  assert.deepEqual(problemsOf(normalise({ task_id: 'a'.repeat(129) })), ['OUT_OF_BOUNDS /task_id']);
});

test('refuses a run that does not begin with its task', () => {
  assert.deepEqual(problemsOf(normalise({ run_id: 'T-2_x' })), ['RUN_ID_MISMATCH /run_id']);
  assert.deepEqual(problemsOf(normalise({ run_id: 'T-1' })), ['RUN_ID_MISMATCH /run_id']);
  assert.deepEqual(problemsOf(normalise({ run_id: 'x_1', task_id: 7 })), ['WRONG_TYPE /task_id']);
});

test('a task id that leaves no room for a made run id is refused unless a run id is given', () => {
  const task_id = 'a'.repeat(116);
  assert.deepEqual(problemsOf(normalise({ task_id })), ['OUT_OF_BOUNDS /task_id']);
  assert.equal(accepted({ task_id, run_id: `${task_id}_1` }).run_id, `${task_id}_1`);
});
