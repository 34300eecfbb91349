import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted, normalise, problemsOf, warningsOf } from '../minimal-pack.ts';

const GATE = { gate_id: 'G1', type: 'required_command_exit_0', target_ac: ['AC1'], command_index: 0 };

test('a criterion keeps its text with the prefix and takes its id from it', () => {
  const { criteria } = accepted({
    acceptance_criteria: ['AC7: seven', 'AC_2: two', 'third', { id: 'X', text: 'AC9: nine' }],
  }).acceptance;
  assert.deepEqual(criteria, [
    { id: 'AC7', text: 'AC7: seven' },
    { id: 'AC_2', text: 'AC_2: two' },
    { id: 'AC3', text: 'third' },
    { id: 'X', text: 'AC9: nine' },
  ]);
});

test('reads criteria from each of their places and compares them', () => {
  const places = [
    { AC: ['x'] },
    { acceptance: { AC: ['x'] } },
    { acceptance: { criteria: ['x'] } },
    { AC: ['x'], acceptance: { AC: ['x'], criteria: [{ id: 'AC1', text: 'x' }] } },
  ];
  for (const place of places) {
    const { criteria } = accepted({ acceptance_criteria: undefined, ...place }).acceptance;
    assert.deepEqual(criteria, [{ id: 'AC1', text: 'x' }]);
  }
  const parsed = normalise({ AC: ['other'], acceptance: { AC: ['AC1: docs/hello.md exists.'] } });
  assert.deepEqual(problemsOf(parsed), ['ALIAS_CONFLICT /AC']);
});

test('refuses a pack without criteria, and more than a hundred', () => {
  assert.deepEqual(problemsOf(normalise({ acceptance_criteria: undefined })), [
    'MISSING /acceptance_criteria',
  ]);
  assert.deepEqual(problemsOf(normalise({ acceptance_criteria: [] })), [
    'OUT_OF_BOUNDS /acceptance_criteria',
  ]);
  const many = Array.from({ length: 101 }, (_, i) => `c${i}`);
  assert.deepEqual(problemsOf(normalise({ acceptance_criteria: many })), [
    'OUT_OF_BOUNDS /acceptance_criteria',
  ]);
});

test('refuses two criteria with one id, also when a position makes it', () => {
  assert.deepEqual(problemsOf(normalise({ acceptance_criteria: ['AC1: a', 'AC1: b'] })), [
    'DUPLICATE_ID /acceptance_criteria/1',
  ]);
  assert.deepEqual(problemsOf(normalise({ acceptance_criteria: ['AC2: a', 'b'] })), [
    'DUPLICATE_ID /acceptance_criteria/1',
  ]);
});

test('without gates every required command must exit 0 for all criteria', () => {
  const parsed = normalise({ commands_to_run: ['a', 'b'], acceptance_criteria: ['x', 'y'] });
  assert.ok(parsed.ok);
  assert.deepEqual(warningsOf(parsed), ['DEFAULT_GATES /gates']);
  const gates = parsed.value.acceptance.gates.map(({ gate_id, type, owner, target_ac, command_index }) => [
    gate_id,
    type,
    owner,
    target_ac,
    command_index,
  ]);
  const all = ['AC1', 'AC2'];
  assert.deepEqual(gates, [
    ['command_0', 'required_command_exit_0', 'worker', all, 0],
    ['command_1', 'required_command_exit_0', 'worker', all, 1],
    ['scope_review', 'qa_scope_guard_review', 'controller', all, null],
    ['evidence_review', 'qa_evidence_review', 'controller', all, null],
  ]);
});

test('a criterion beside others that have gates gets the review gates, under free names', () => {
  const given = { ...GATE, gate_id: 'scope_review' };
  const parsed = normalise({ acceptance_criteria: ['x', 'y'], gates: [given] });
  assert.ok(parsed.ok);
  assert.deepEqual(warningsOf(parsed), ['CRITERION_UNCOVERED /acceptance_criteria/1']);
  const gates = parsed.value.acceptance.gates.map(({ gate_id, target_ac }) => [gate_id, target_ac]);
  assert.deepEqual(gates, [
    ['scope_review', ['AC1']],
    ['scope_review_default', ['AC2']],
    ['evidence_review', ['AC2']],
  ]);
});

test('a criterion that nothing could prove is refused', () => {
  assert.deepEqual(problemsOf(normalise({ commands_to_run: undefined })), [
    'CRITERION_UNPROVABLE /acceptance_criteria/0',
  ]);
  const review = { gate_id: 'G', type: 'qa_evidence_review', target_ac: ['AC1'] };
  const parsed = normalise({ commands_to_run: [], acceptance_criteria: ['x', 'y'], gates: [review] });
  assert.deepEqual(problemsOf(parsed), ['CRITERION_UNPROVABLE /acceptance_criteria/1']);
  assert.equal(accepted({ commands_to_run: [], gates: [review] }).acceptance.gates.length, 1);
});

test('a gate is completed by its kind', () => {
  const review = { gate_id: 'G2', type: 'qa_evidence_review', target_ac: ['AC1'], pass_condition: 'p' };
  const { gates } = accepted({ gates: [GATE, review] }).acceptance;
  assert.deepEqual(gates, [
    { ...GATE, owner: 'worker', pass_condition: null },
    { ...review, owner: 'controller', command_index: null },
  ]);
  assert.equal(
    accepted({ gates: [{ ...GATE, owner: 'controller' }] }).acceptance.gates[0]?.owner,
    'controller',
  );
});

test('refuses a gate whose command does not exist or is not named', () => {
  const gates = [
    { ...GATE, command_index: 1 },
    { ...GATE, gate_id: 'G2', command_index: undefined },
  ];
  assert.deepEqual(problemsOf(normalise({ gates })), [
    'COMMAND_INDEX_RANGE /gates/0/command_index',
    'COMMAND_INDEX_MISSING /gates/1/command_index',
  ]);
  assert.deepEqual(problemsOf(normalise({ gates: [GATE], commands_to_run: undefined })), [
    'COMMAND_INDEX_RANGE /gates/0/command_index',
  ]);
});

test('nothing is said of command indexes while the commands themselves are refused', () => {
  assert.deepEqual(problemsOf(normalise({ gates: [GATE], commands_to_run: 'x' })), [
    'WRONG_TYPE /commands_to_run',
  ]);
});

test('refuses gates with one id, and gates that name no criterion', () => {
  const gates = [GATE, { ...GATE, target_ac: ['AC1', 'AC9', 'zzzzzz'] }];
  const parsed = normalise({ gates });
  assert.deepEqual(problemsOf(parsed), [
    'DUPLICATE_ID /gates/1',
    'UNKNOWN_CRITERION /gates/1/target_ac/1',
    'UNKNOWN_CRITERION /gates/1/target_ac/2',
  ]);
  assert.ok(!parsed.ok);
  assert.deepEqual(
    parsed.problems.slice(1).map(({ hint }) => hint),
    ['Did you mean AC1?', 'Known: AC1.'],
  );
});

test('gates of two places must agree', () => {
  assert.deepEqual(
    problemsOf(normalise({ gates: [GATE], acceptance: { gates: [{ ...GATE, owner: 'worker' }] } })),
    [],
  );
  const parsed = normalise({ gates: [GATE], acceptance: { gates: [{ ...GATE, owner: 'controller' }] } });
  assert.deepEqual(problemsOf(parsed), ['ALIAS_CONFLICT /gates']);
});

test('a refused list of criteria or gates is told once', () => {
  assert.deepEqual(problemsOf(normalise({ acceptance_criteria: [3], gates: [GATE] })), [
    'WRONG_TYPE /acceptance_criteria/0',
  ]);
  assert.deepEqual(problemsOf(normalise({ acceptance_criteria: undefined, gates: [GATE] })), [
    'MISSING /acceptance_criteria',
  ]);
  assert.deepEqual(problemsOf(normalise({ gates: [{ ...GATE, type: 'vibes' }] })), [
    'NOT_ALLOWED /gates/0/type',
  ]);
  assert.deepEqual(problemsOf(normalise({ acceptance: null, acceptance_criteria: undefined })), [
    'WRONG_TYPE /acceptance',
  ]);
});

test('a double colon makes evidence a selector', () => {
  const evidence_required = [
    { id: 'E1', path_pattern: '.artifacts/R*/x.txt', required_for: ['AC1'], notes: 'n' },
    { id: 'E2', path_pattern: 'step_result.json::commands_executed[*]' },
    { id: 'E3', path_pattern: 'a', kind: 'file_glob' },
  ];
  assert.deepEqual(accepted({ evidence_required }).acceptance.evidence_required, [
    { id: 'E1', kind: 'file_glob', path_pattern: '.artifacts/R*/x.txt', required_for: ['AC1'], notes: 'n' },
    {
      id: 'E2',
      kind: 'json_selector',
      path_pattern: 'step_result.json::commands_executed[*]',
      required_for: [],
      notes: null,
    },
    { id: 'E3', kind: 'file_glob', path_pattern: 'a', required_for: [], notes: null },
  ]);
});

test('refuses evidence that contradicts itself, escapes, or names what does not exist', () => {
  const evidence_required = [
    { id: 'E1', path_pattern: 'a::b', kind: 'file_glob' },
    { id: 'E1', path_pattern: '../a::b' },
    { id: 'E2', path_pattern: 'a', kind: 'json_selector', required_for: ['AC5'] },
  ];
  assert.deepEqual(problemsOf(normalise({ acceptance: { evidence_required } })), [
    'DUPLICATE_ID /acceptance/evidence_required/1',
    'EVIDENCE_KIND_MISMATCH /acceptance/evidence_required/0/kind',
    'PATH_ESCAPES /acceptance/evidence_required/1/path_pattern',
    'UNKNOWN_CRITERION /acceptance/evidence_required/2/required_for/0',
    'EVIDENCE_KIND_MISMATCH /acceptance/evidence_required/2/kind',
  ]);
  const parsed = normalise({ evidence_required: [evidence_required[0]] });
  assert.ok(!parsed.ok);
  assert.equal(parsed.problems[0]?.message, 'A pattern with "::" is not of kind file_glob.');
});
