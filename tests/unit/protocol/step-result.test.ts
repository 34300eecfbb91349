import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStepResult, stepResultProblems } from '../../../protocol/step-result.ts';
import type { StepResult } from '../../../protocol/generated/types.ts';
import { accepted, brief, problemsOf, warningsOf } from './minimal-pack.ts';

const pack = accepted();
const CRITERION = 'AC1: docs/hello.md exists.';
const LEAST = {
  task_id: pack.task_id,
  run_id: pack.run_id,
  step_id: 'S1',
  verdict: 'PASS',
  reason_code: 'PASS',
  files_changed: ['docs/hello.md'],
};

const parse = (changes: object = {}) =>
  parseStepResult(Buffer.from(JSON.stringify({ ...LEAST, ...changes })));

function result(changes: object = {}): StepResult {
  const parsed = parse(changes);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

test('what a worker does not say is filled in', () => {
  assert.deepEqual(result(), {
    ...LEAST,
    reason_code: 'PASS_ALL_CRITERIA',
    attempt_id: null,
    commands_executed: [],
    verification_results: [],
    evidence_map: {},
    scope_guard: null,
    dependency_policy_violation: null,
    summary: null,
    risks: [],
    thread_id: null,
    usage: null,
  });
});

test('details of entries are filled in', () => {
  const told = result({
    commands_executed: [{ command: 'x' }],
    verification_results: [{ criteria: CRITERION, met: true }],
    scope_guard: { allowed_paths: [], forbidden_paths: [] },
    usage: { input_tokens: 5 },
  });
  assert.deepEqual(told.commands_executed, [{ command: 'x', exit_code: null, evidence_path: null }]);
  assert.deepEqual(told.verification_results, [{ criteria: CRITERION, met: true, evidence_path: null }]);
  assert.deepEqual(told.scope_guard?.self_check, {});
  assert.deepEqual(told.usage, { input_tokens: 5, output_tokens: null, cached_tokens: null, cost_usd: null });
});

test('changed_files is an older name of files_changed', () => {
  assert.deepEqual(result({ files_changed: undefined, changed_files: ['a'] }).files_changed, ['a']);
  assert.deepEqual(result({ changed_files: ['docs/hello.md'] }).files_changed, ['docs/hello.md']);
  assert.deepEqual(problemsOf(parse({ changed_files: ['a'] })), ['ALIAS_CONFLICT /changed_files']);
  assert.deepEqual(problemsOf(parse({ files_changed: undefined, changed_files: [1] })), [
    'WRONG_TYPE /changed_files/0',
  ]);
});

test('unknown keys are dropped with a warning, at any depth', () => {
  const parsed = parse({ mood: 'good', commands_executed: [{ command: 'x', shell: true, exit_code: 0 }] });
  assert.ok(parsed.ok);
  assert.deepEqual(warningsOf(parsed), ['UNKNOWN_KEY /mood', 'UNKNOWN_KEY /commands_executed/0/shell']);
  assert.equal('mood' in parsed.value, false);
  assert.deepEqual(parsed.value.commands_executed, [{ command: 'x', exit_code: 0, evidence_path: null }]);
});

test('refuses what is no result, and tells every problem', () => {
  assert.deepEqual(problemsOf(parseStepResult(Buffer.from('[]'))), ['WRONG_TYPE ']);
  assert.deepEqual(problemsOf(parseStepResult(Buffer.from('{'))), ['NOT_JSON ']);
  assert.deepEqual(problemsOf(parseStepResult(Buffer.from('{}'), { maxBytes: 1 })), ['TOO_LARGE ']);
  assert.deepEqual(
    problemsOf(
      parse({
        verdict: 'MAYBE',
        reason_code: 'WHY',
        files_changed: 'x',
        task_id: undefined,
        commands_executed: 'x',
        extra: 1,
      }),
    ).toSorted(),
    [
      'MISSING /task_id',
      'NOT_ALLOWED /reason_code',
      'NOT_ALLOWED /verdict',
      'WRONG_TYPE /commands_executed',
      'WRONG_TYPE /files_changed',
    ],
  );
  assert.deepEqual(problemsOf(parse({ reason_code: 3 })), ['NOT_ALLOWED /reason_code']);
  assert.deepEqual(problemsOf(parse({ commands_executed: ['x'], usage: 3 })), [
    'WRONG_TYPE /commands_executed/0',
    'WRONG_TYPE /usage',
  ]);
});

const check = (changes: object) => stepResultProblems(result(changes), pack).map(brief);
const MET = { criteria: CRITERION, met: true };

test('a PASS verifies exactly the criteria of its pack', () => {
  assert.deepEqual(check({ verification_results: [MET] }), []);
  assert.deepEqual(check({ verification_results: [] }), ['CRITERIA_MISMATCH /verification_results']);
  assert.deepEqual(check({ verification_results: [MET, MET] }), [
    'CRITERIA_MISMATCH /verification_results/1',
  ]);
  assert.deepEqual(check({ verification_results: [{ ...MET, met: false }] }), [
    'CRITERIA_MISMATCH /verification_results/0',
  ]);
  const other = { criteria: 'docs/hello.md exists.', met: true };
  assert.deepEqual(check({ verification_results: [MET, other] }), [
    'CRITERIA_MISMATCH /verification_results/1',
  ]);
});

test('a result that is no PASS need not verify anything', () => {
  assert.deepEqual(check({ verdict: 'FAIL', reason_code: 'AC_NOT_MET' }), []);
});

test('a result of another task, run or step is refused', () => {
  assert.deepEqual(check({ verdict: 'REWORK', task_id: 'a', run_id: 'b', step_id: 'c' }), [
    'IDENTITY_MISMATCH /task_id',
    'IDENTITY_MISMATCH /run_id',
    'IDENTITY_MISMATCH /step_id',
  ]);
});
