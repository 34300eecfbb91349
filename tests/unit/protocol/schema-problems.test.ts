import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validateStepPackDocument } from '../../../protocol/generated/validators.js';
import { schemaProblems } from '../../../protocol/schema-problems.ts';
import { brief } from './minimal-pack.ts';

const check = (value: unknown) => {
  validateStepPackDocument(value);
  return schemaProblems(validateStepPackDocument.errors, 'StepPackDocument');
};

test('finds nothing wrong with what the schema accepts', () => {
  assert.deepEqual(check({ task_id: 'T' }), []);
});

test('gives each kind of error its stable code, and where it helps what would be accepted', () => {
  const value = {
    task_id: 'a b',
    task_kind: 'rework',
    step_pack_version: '2.0',
    priority: 0.5,
    depends_on: 'T',
    gates: [{ gate_id: 'G', type: 'x', target_ac: [] }],
    evidence_required: [{ path_pattern: '' }],
    runtime_policy: { timeout_sec: 0, retry: { max_attempts: 101 } },
  };
  assert.deepEqual(check(value).map(brief).toSorted(), [
    'BAD_FORMAT /step_pack_version',
    'BAD_FORMAT /task_id',
    'MISSING /evidence_required/0/id',
    'NOT_ALLOWED /gates/0/type',
    'NOT_ALLOWED /task_kind',
    'OUT_OF_BOUNDS /evidence_required/0/path_pattern',
    'OUT_OF_BOUNDS /runtime_policy/retry/max_attempts',
    'OUT_OF_BOUNDS /runtime_policy/timeout_sec',
    'WRONG_TYPE /depends_on',
    'WRONG_TYPE /priority',
  ]);
  const hints = Object.fromEntries(check(value).map(({ pointer, hint }) => [pointer, hint]));
  assert.match(String(hints['/task_id']), /beginning with a letter or digit/);
  assert.match(String(hints['/gates/0/type']), /qa_scope_guard_review/);
  assert.equal(hints['/task_kind'], 'Accepted: step.');
});

test('tells one problem for a value that fits none of several types', () => {
  const [problem, ...others] = check({ task_id: 'T', commands: 3, AC: [4], worker: [] });
  assert.deepEqual(
    [problem, ...others].map((p) => p && brief(p)),
    ['WRONG_TYPE /commands', 'WRONG_TYPE /AC/0', 'WRONG_TYPE /worker'],
  );
  assert.match(String(problem?.message), /array or object/);
});

test('tells only what is wrong inside when a value fits one of several types', () => {
  assert.deepEqual(
    check({ task_id: 'T', commands: { requird: [] }, AC: [{ id: 'A' }], worker: 'a b' }).map(brief),
    ['UNKNOWN_KEY /commands/requird', 'MISSING /AC/0/text', 'BAD_FORMAT /worker'],
  );
});

test('an unknown key names the nearest known one, or all of them', () => {
  const [near, far] = check({ task_id: 'T', scope: { alowed_paths: [] }, acceptance: { zzz: 1 } });
  assert.equal(near?.hint, 'Did you mean allowed_paths?');
  assert.equal(far?.hint, 'Accepted: AC, criteria, gates, evidence_required.');
});

test('a keyword without a code of its own is an invalid value', () => {
  const error = {
    instancePath: '/x',
    schemaPath: '#',
    keyword: 'uniqueItems',
    params: {},
    message: 'must be unique',
  };
  assert.deepEqual(schemaProblems([error], 'StepResult'), [
    { code: 'INVALID', pointer: '/x', message: 'The value must be unique.' },
  ]);
});

test('an unknown key of a place that no table knows is still a problem', () => {
  const params = { additionalProperty: 'y' };
  const error = { instancePath: '/nowhere', schemaPath: '#', keyword: 'additionalProperties', params };
  assert.deepEqual(schemaProblems([error], 'StepResult').map(brief), ['UNKNOWN_KEY /nowhere/y']);
});
