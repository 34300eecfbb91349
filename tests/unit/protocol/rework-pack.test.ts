import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseReworkPack } from '../../../protocol/rework-pack.ts';
import type { ReworkPack } from '../../../protocol/generated/types.ts';
import { accepted, problemsOf, SHA256 } from './minimal-pack.ts';

const gates = [
  {
    gate_id: 'G1',
    type: 'required_command_exit_0',
    target_ac: ['AC1'],
    command_index: 0,
    pass_condition: 'exits 0',
  },
];
const pack = accepted({ commands_to_run: ['a', 'b'], gates, forbidden_paths: ['.env'] });
const source_attempt = { attempt_id: 'A_1', r: 0, s: 1, event_hash: 'f'.repeat(64) };
const LEAST = { task_kind: 'rework', task_id: 'T-1', source_attempt };

const parse = (changes: object = {}) =>
  parseReworkPack(Buffer.from(JSON.stringify({ ...LEAST, ...changes })), pack, SHA256);

function rework(changes: object = {}): ReworkPack {
  const parsed = parse(changes);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

test('what a person leaves out is taken from the pack', () => {
  assert.deepEqual(rework(), {
    ...LEAST,
    run_id: pack.run_id,
    step_id: 'S1',
    thread_id: null,
    target_revision: 1,
    step_pack_sha256: SHA256,
    overall_assessment: '',
    problems: [],
    failed_gates: [],
    missing_evidence: [],
    required_changes: [],
    rerun_commands: ['a', 'b'],
    scope: { allowed_paths: ['docs/**'], forbidden_paths: ['.env'] },
    rework_policy: { must_reduce_open_issues: true, no_new_scope: true },
  });
});

test('a complete pack comes back as it was', () => {
  const complete = rework({
    problems: [{ criteria: 'AC1: docs/hello.md exists.', issue: 'i', evidence: 'log.txt' }],
    failed_gates: ['G1'],
    missing_evidence: ['x/*.txt'],
  });
  assert.deepEqual(rework(complete), complete);
});

test('short forms are completed', () => {
  const { problems, failed_gates, missing_evidence, required_changes } = rework({
    problems: [{ issue: 'i' }, { issue: 'j', evidence: ['a', 'b'], impact: 'k' }],
    failed_gates: ['G1', { gate_id: 'G1', detail: 'd', pass_condition: null }],
    evidence_required: ['a', { pattern: 'b' }, { id: 'E', path_pattern: 'c', required_for: ['AC1'] }],
    minimal_fix_list: ['fix it'],
  });
  assert.deepEqual(problems, [
    { criteria: null, issue: 'i', evidence: [], impact: '' },
    { criteria: null, issue: 'j', evidence: ['a', 'b'], impact: 'k' },
  ]);
  assert.deepEqual(failed_gates, [
    { gate_id: 'G1', pass_condition: 'exits 0', detail: '' },
    { gate_id: 'G1', pass_condition: null, detail: 'd' },
  ]);
  assert.deepEqual(missing_evidence, [
    { id: null, path_pattern: 'a', required_for: [] },
    { id: null, path_pattern: 'b', required_for: [] },
    { id: 'E', path_pattern: 'c', required_for: ['AC1'] },
  ]);
  assert.deepEqual(required_changes, ['fix it']);
});

test('refuses two names of one fact that disagree, and names the key that was written', () => {
  assert.deepEqual(problemsOf(parse({ minimal_fix_list: ['a'], required_changes: ['b'] })), [
    'ALIAS_CONFLICT /minimal_fix_list',
  ]);
  assert.deepEqual(problemsOf(parse({ minimal_fix_list: ['a'], required_changes: ['a'] })), []);
  assert.deepEqual(problemsOf(parse({ minimal_fix_list: [3] })), ['WRONG_TYPE /minimal_fix_list/0']);
});

test('refuses what is no ReworkPack', () => {
  const bytes = (text: string) => parseReworkPack(Buffer.from(text), pack, SHA256);
  assert.deepEqual(problemsOf(bytes('3')), ['WRONG_TYPE ']);
  assert.deepEqual(problemsOf(bytes('{')), ['NOT_JSON ']);
  assert.deepEqual(problemsOf(bytes('{}')).toSorted(), [
    'MISSING /source_attempt',
    'MISSING /task_id',
    'MISSING /task_kind',
  ]);
  assert.deepEqual(
    problemsOf(
      parse({ problems: [3], failed_gates: [4], missing_evidence: [5], scope: 'x', hurry: true }),
    ).toSorted(),
    [
      'UNKNOWN_KEY /hurry',
      'WRONG_TYPE /failed_gates/0',
      'WRONG_TYPE /missing_evidence/0',
      'WRONG_TYPE /problems/0',
      'WRONG_TYPE /scope',
    ],
  );
  assert.deepEqual(problemsOf(parse({ rework_policy: { no_new_scope: false } })), [
    'NOT_ALLOWED /rework_policy/no_new_scope',
  ]);
  assert.deepEqual(problemsOf(parse({ problems: [{ issue: 'i', evidence: 3 }] })), [
    'WRONG_TYPE /problems/0/evidence',
  ]);
});

test('refuses a pack that belongs elsewhere', () => {
  const elsewhere = {
    task_id: 'T-2',
    run_id: 'T-1_x',
    step_id: 'S2',
    step_pack_sha256: '0'.repeat(64),
    target_revision: 3,
  };
  assert.deepEqual(
    problemsOf(parse(elsewhere)),
    Object.keys(elsewhere).map((key) => `IDENTITY_MISMATCH /${key}`),
  );
});

test('criteria are quoted verbatim', () => {
  const quote = (criteria: string) => parse({ problems: [{ criteria, issue: 'i' }] });
  assert.deepEqual(problemsOf(quote('AC1: docs/hello.md exists.')), []);
  for (const text of ['AC1', 'AC1: docs/hello']) {
    const near = quote(text);
    assert.deepEqual(problemsOf(near), ['CRITERIA_MISMATCH /problems/0/criteria']);
    assert.ok(!near.ok);
    assert.equal(near.problems[0]?.hint, 'Write "AC1: docs/hello.md exists.".');
  }
  const far = quote('something else');
  assert.ok(!far.ok);
  assert.equal(far.problems[0]?.hint, 'Copy it from the StepPack.');
});

test('gates and commands are the pack’s', () => {
  assert.deepEqual(problemsOf(parse({ failed_gates: ['G1', 'G9'] })), [
    'NOT_ALLOWED /failed_gates/1/gate_id',
  ]);
  assert.deepEqual(problemsOf(parse({ rerun_commands: ['b', 'b ', 'c'] })), [
    'COMMAND_UNKNOWN /rerun_commands/1',
    'COMMAND_UNKNOWN /rerun_commands/2',
  ]);
  assert.deepEqual(rework({ rerun_commands: ['b'] }).rerun_commands, ['b']);
});

test('the scope is equal or narrower', () => {
  assert.deepEqual(rework({ scope: { allowed_paths: ['docs/a/*'] } }).scope, {
    allowed_paths: ['docs/a/*'],
    forbidden_paths: ['.env'],
  });
  assert.deepEqual(
    problemsOf(parse({ scope: { allowed_paths: ['docs/**', 'src/**'], forbidden_paths: ['x'] } })),
    ['SCOPE_WIDENED /scope/allowed_paths/1', 'SCOPE_WIDENED /scope/forbidden_paths'],
  );
  assert.deepEqual(problemsOf(parse({ scope: { allowed_paths: ['../x'], forbidden_paths: ['/y'] } })), [
    'PATH_ESCAPES /scope/allowed_paths/0',
    'PATH_ABSOLUTE /scope/forbidden_paths/0',
  ]);
});
