import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted, normalise, problemsOf } from '../minimal-pack.ts';

test('by default nothing is forbidden by name and no dependency may change', () => {
  assert.deepEqual(accepted().scope, {
    allowed_paths: ['docs/**'],
    forbidden_paths: [],
    dependency_policy: {
      mode: 'no-new-dependencies',
      allow_new_dependencies: false,
      allow_lockfile_changes: false,
      allow_dependency_manifest_changes: false,
      allow_ci_changes: 'none',
      change_order_required: [],
    },
  });
});

test('reads paths from each of their places', () => {
  const lists = { allowed_paths: ['a'], forbidden_paths: ['b'] };
  for (const place of [lists, { scope: lists }, { scope_guard: lists }]) {
    const { scope } = accepted({ allowed_paths: undefined, ...place });
    assert.deepEqual([scope.allowed_paths, scope.forbidden_paths], [['a'], ['b']]);
  }
});

test('refuses a pack whose aliases disagree, and never merges them', () => {
  const parsed = normalise({
    scope: { allowed_paths: ['docs/**', 'src/**'] },
    scope_guard: { allowed_paths: ['src/**'] },
  });
  assert.deepEqual(problemsOf(parsed), [
    'ALIAS_CONFLICT /scope_guard/allowed_paths',
    'ALIAS_CONFLICT /allowed_paths',
  ]);
  const policies = normalise({
    scope: { dependency_policy: {} },
    dependency_policy: { allow_new_dependencies: true },
  });
  assert.deepEqual(problemsOf(policies), ['ALIAS_CONFLICT /dependency_policy']);
});

test('policies that mean the same agree, however they are written', () => {
  const pack = accepted({
    scope: { dependency_policy: { allow_ci_changes: true } },
    dependency_policy: { mode: 'no-new-dependencies', allow_ci_changes: 'any' },
  });
  assert.equal(pack.scope.dependency_policy.allow_ci_changes, 'any');
});

test('reads every way of saying whether CI may change', () => {
  const ci = (dependency_policy: object) =>
    accepted({ dependency_policy }).scope.dependency_policy.allow_ci_changes;
  assert.equal(ci({ allow_ci_changes: true }), 'any');
  assert.equal(ci({ allow_ci_changes: false }), 'none');
  assert.equal(ci({ allow_ci_changes: 'in_scope' }), 'in_scope');
  assert.equal(ci({ allow_ci_workflow_changes_in_scope: true }), 'in_scope');
  assert.equal(ci({ allow_ci_workflow_changes_in_scope: false }), 'none');
  assert.equal(ci({ allow_ci_workflow_changes_in_scope: true, allow_ci_changes: 'in_scope' }), 'in_scope');
  const both = { allow_ci_workflow_changes_in_scope: true, allow_ci_changes: false };
  assert.deepEqual(problemsOf(normalise({ dependency_policy: both })), [
    'ALIAS_CONFLICT /dependency_policy/allow_ci_workflow_changes_in_scope',
  ]);
});

test('a change order may be one text or several', () => {
  assert.deepEqual(
    accepted({ dependency_policy: { change_order_required: 'x' } }).scope.dependency_policy
      .change_order_required,
    ['x'],
  );
});

test('refuses a pack without any allowed path', () => {
  assert.deepEqual(problemsOf(normalise({ allowed_paths: undefined })), ['MISSING /allowed_paths']);
  assert.deepEqual(problemsOf(normalise({ allowed_paths: undefined, scope: { allowed_paths: [] } })), [
    'OUT_OF_BOUNDS /scope/allowed_paths',
  ]);
});

test('names each bad pattern where it stands', () => {
  const parsed = normalise({
    allowed_paths: ['ok', '../x', '/etc'],
    forbidden_paths: ['a', 'C:\\x', '**.ts'],
  });
  assert.deepEqual(problemsOf(parsed), [
    'PATH_ESCAPES /allowed_paths/1',
    'PATH_ABSOLUTE /allowed_paths/2',
    'PATH_ABSOLUTE /forbidden_paths/1',
    'GLOB_UNSUPPORTED /forbidden_paths/2',
  ]);
});

test('an ill-typed scope is told once and nothing is concluded from it', () => {
  for (const scope of [3, 'x', null, []]) {
    assert.deepEqual(problemsOf(normalise({ allowed_paths: undefined, scope })), ['WRONG_TYPE /scope']);
  }
  assert.deepEqual(problemsOf(normalise({ scope: { alowed_paths: [] } })), [
    'UNKNOWN_KEY /scope/alowed_paths',
  ]);
});

test('at most five hundred patterns', () => {
  assert.deepEqual(problemsOf(normalise({ allowed_paths: Array(501).fill('a') })), [
    'OUT_OF_BOUNDS /allowed_paths',
  ]);
});
