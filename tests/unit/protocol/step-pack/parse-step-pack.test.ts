import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parseStepPack } from '../../../../protocol/step-pack/parse-step-pack.ts';
import { sha256Hex } from '../../../../protocol/digest.ts';
import { validateStepPack } from '../../../../protocol/generated/validators.js';
import { accepted, MINIMAL, normalise, problemsOf, warningsOf } from '../minimal-pack.ts';

const REAL_PACK = new URL('../../../../../shared/data/step_packs/S1.json', import.meta.url);
const hasRealPack = await access(REAL_PACK).then(
  () => true,
  () => false,
);

test('a minimal pack is complete and satisfies the canonical schema', () => {
  const pack = accepted();
  assert.equal(validateStepPack(pack), true, JSON.stringify(validateStepPack.errors));
  assert.equal(pack.task_kind, 'step');
  assert.equal(pack.step_pack_version, '1.0');
  assert.equal(pack.closes_task, true);
  assert.equal(pack.worker, null);
  assert.deepEqual([pack.depends_on, pack.priority, pack.context, pack.annotations], [[], 0, {}, {}]);
});

test('keeps every optional fact', () => {
  const facts = {
    step_pack_version: '1.2',
    closes_task: false,
    worker: 'fix',
    depends_on: ['T-0'],
    priority: -3,
    risk: 'low',
    backend: 'b',
    phase: 'p',
    controller_role: 'c',
    evidence_requirement: 'e',
    preconditions: ['x'],
    expected_outputs: ['y'],
    allowed_actions: ['z'],
    context: { deep: [1] },
  };
  const pack = accepted({
    ...facts,
    allowed_actions: 'z',
    $schema: 'https://example.org/s',
    task_kind: 'step',
  });
  for (const [key, value] of Object.entries(facts))
    assert.deepEqual(pack[key as keyof typeof pack], value, key);
  assert.deepEqual(pack.annotations, {});
});

test('a run id is made of the digest of the bytes', () => {
  const bytes = Buffer.from(JSON.stringify(MINIMAL));
  const parsed = parseStepPack(bytes);
  assert.ok(parsed.ok);
  assert.equal(parsed.value.run_id, `T-1_${sha256Hex(bytes).slice(0, 12)}`);
});

test('an unknown top-level key is kept as an annotation with a warning', () => {
  const parsed = normalise({ author: 'me', comands: [], annotations: { note: 1, author: 'me' } });
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.value.annotations, { note: 1, author: 'me', comands: [] });
  assert.deepEqual(warningsOf(parsed).slice(1), ['UNKNOWN_KEY /author', 'UNKNOWN_KEY /comands']);
  assert.equal(parsed.warnings[2]?.hint, 'Did you mean commands?');
});

test('an annotation and a key of one name must agree', () => {
  assert.deepEqual(problemsOf(normalise({ author: 'me', annotations: { author: 'you' } })), [
    'ALIAS_CONFLICT /author',
  ]);
  assert.deepEqual(problemsOf(normalise({ annotations: [] })), ['WRONG_TYPE /annotations']);
});

test('a key named __proto__ becomes an annotation of that name and nothing else', () => {
  const parsed = parseStepPack(
    Buffer.from(`{"__proto__":{"worker":"x"},${JSON.stringify(MINIMAL).slice(1)}`),
  );
  assert.ok(parsed.ok);
  assert.deepEqual(Object.keys(parsed.value.annotations), ['__proto__']);
  assert.equal(parsed.value.worker, null);
});

test('an unknown nested key is a problem', () => {
  assert.deepEqual(problemsOf(normalise({ runtime_policy: { timeout: 3 } })), [
    'UNKNOWN_KEY /runtime_policy/timeout',
  ]);
});

test('refuses what is no object, and what is no JSON', () => {
  for (const text of ['[]', '3', 'null', '"x"'])
    assert.deepEqual(problemsOf(parseStepPack(Buffer.from(text))), ['WRONG_TYPE '], text);
  assert.deepEqual(problemsOf(parseStepPack(Buffer.from('{'))), ['NOT_JSON ']);
  assert.deepEqual(problemsOf(parseStepPack(Buffer.from('{}'), { maxBytes: 1 })), ['TOO_LARGE ']);
});

test('an empty document is told everything that it needs', () => {
  assert.deepEqual(problemsOf(parseStepPack(Buffer.from('{}'))).toSorted(), [
    'MISSING /acceptance_criteria',
    'MISSING /allowed_paths',
    'MISSING /step_title',
    'MISSING /task_id',
  ]);
});

test('every problem is told at once', () => {
  const parsed = normalise({
    task_id: 'nul',
    run_id: 'x',
    step_title: 'other',
    allowed_paths: ['/a'],
    commands_to_run: ['a | b'],
    acceptance_criteria: ['AC1: x', 'AC1: y'],
    gates: [{ gate_id: 'G', type: 'required_command_exit_0', target_ac: ['AC3'], command_index: 4 }],
    priority: 'high',
    evidence_required: [{ id: 'E', path_pattern: '/x' }],
    runtime_policy: { retry: { retry_on: ['NEVER'] } },
  });
  assert.deepEqual(problemsOf(parsed).toSorted(), [
    'ALIAS_CONFLICT /title',
    'BAD_FORMAT /task_id',
    'COMMAND_INDEX_RANGE /gates/0/command_index',
    'COMMAND_SHELL_SYNTAX /commands_to_run/0',
    'DUPLICATE_ID /acceptance_criteria/1',
    'NOT_ALLOWED /runtime_policy/retry/retry_on/0',
    'PATH_ABSOLUTE /allowed_paths/0',
    'PATH_ABSOLUTE /evidence_required/0/path_pattern',
    'RUN_ID_MISMATCH /run_id',
    'UNKNOWN_CRITERION /gates/0/target_ac/0',
    'WRONG_TYPE /priority',
  ]);
});

test(
  'the real pack normalises without a problem or a warning',
  { skip: hasRealPack ? false : 'the shared data is absent' },
  async () => {
    const parsed = parseStepPack(await readFile(REAL_PACK));
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.warnings, []);
    assert.equal(validateStepPack(parsed.value), true);
    const { scope, commands, acceptance, annotations } = parsed.value;
    assert.deepEqual(
      [scope.allowed_paths.length, scope.forbidden_paths.length, scope.dependency_policy.allow_ci_changes],
      [3, 13, 'in_scope'],
    );
    assert.deepEqual([commands.allowed.length, commands.required.length], [6, 5]);
    assert.deepEqual(
      acceptance.criteria.map(({ id }) => id),
      ['AC1', 'AC2', 'AC3', 'AC4'],
    );
    assert.deepEqual(
      acceptance.gates.map(({ gate_id }) => gate_id),
      ['G1', 'G2', 'G3', 'G4', 'G5', 'G6'],
    );
    assert.deepEqual(
      acceptance.evidence_required.map(({ kind }) => kind),
      ['file_glob', 'file_glob', 'file_glob', 'json_selector', 'json_selector'],
    );
    assert.deepEqual(annotations, {});
  },
);
