import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { validateStepPack } from '../../protocol/generated/validators.js';
import { parseStepPack } from '../../protocol/step-pack/parse-step-pack.ts';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value));
const id = fc
  .stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,20}$/)
  .filter((name) => !/^(con|prn|aux|nul|com\d|lpt\d)$/i.test(name));
const prose = fc.string({ minLength: 1, maxLength: 40 }).filter((text) => !text.includes('\0'));
const paths = fc.uniqueArray(fc.constantFrom('src/**', 'docs/', '*.md', 'a/b', '{x,y}/*.ts', '.env'), {
  minLength: 1,
});
const commands = fc.array(fc.constantFrom('true', 'git status --short', `sh -c 'a && b'`), {
  minLength: 1,
  maxLength: 4,
});
const criteria = fc.array(
  prose.filter((text) => !/^AC[-_]?\d/.test(text)),
  { minLength: 1, maxLength: 5 },
);

const note = fc.oneof(prose, fc.constantFrom<unknown>(null, 7, [1, { a: null }], { b: { c: true } }));

/** A pack that has no problem, with its facts under names chosen at random. */
const soundPack = fc
  .record({
    task_id: id,
    title: prose,
    paths,
    forbidden: paths,
    commands,
    criteria,
    ci: fc.boolean(),
    extra: note,
  })
  .chain((facts) =>
    fc
      .record({
        places: fc.subarray(['top', 'scope', 'scope_guard'], { minLength: 1 }),
        criteriaKeys: fc.subarray(['AC', 'acceptance_criteria', 'acceptance'], { minLength: 1 }),
        titleKeys: fc.subarray(['title', 'step_title'], { minLength: 1 }),
        hasObjectCommands: fc.boolean(),
        hasGates: fc.boolean(),
        hasExtra: fc.boolean(),
      })
      .map((choice) => compose(facts, choice)),
  );

interface Facts {
  readonly task_id: string;
  readonly title: string;
  readonly paths: readonly string[];
  readonly forbidden: readonly string[];
  readonly commands: readonly string[];
  readonly criteria: readonly string[];
  readonly ci: boolean;
  readonly extra: unknown;
}

interface Choice {
  readonly places: readonly string[];
  readonly criteriaKeys: readonly string[];
  readonly titleKeys: readonly string[];
  readonly hasObjectCommands: boolean;
  readonly hasGates: boolean;
  readonly hasExtra: boolean;
}

function compose(facts: Facts, choice: Choice): Record<string, unknown> {
  const scope = { allowed_paths: facts.paths, forbidden_paths: facts.forbidden };
  const gate = { gate_id: 'G1', type: 'required_command_exit_0', target_ac: ['AC1'], command_index: 0 };
  return {
    task_id: facts.task_id,
    ...Object.fromEntries(choice.titleKeys.map((key) => [key, facts.title])),
    ...(choice.places.includes('top') ? scope : {}),
    ...(choice.places.includes('scope') ? { scope } : {}),
    ...(choice.places.includes('scope_guard') ? { scope_guard: scope } : {}),
    ...Object.fromEntries(
      choice.criteriaKeys.map((key) => [key, key === 'acceptance' ? { AC: facts.criteria } : facts.criteria]),
    ),
    ...(choice.hasObjectCommands
      ? { commands: { required: facts.commands } }
      : { commands_to_run: facts.commands }),
    ...(choice.hasGates ? { gates: [gate] } : {}),
    ...(choice.hasExtra ? { something_else: facts.extra } : {}),
    dependency_policy: { allow_ci_changes: facts.ci },
  };
}

test('normalising gives a canonical pack, and normalising that gives it again', () => {
  fc.assert(
    fc.property(soundPack, (document) => {
      const once = parseStepPack(encode(document));
      assert.ok(once.ok, JSON.stringify(once));
      assert.equal(validateStepPack(once.value), true, JSON.stringify(validateStepPack.errors));
      const twice = parseStepPack(encode(once.value));
      assert.ok(twice.ok, JSON.stringify(twice));
      assert.deepEqual(JSON.parse(JSON.stringify(twice.value)), JSON.parse(JSON.stringify(once.value)));
      assert.equal(JSON.stringify(twice.value), JSON.stringify(once.value));
      assert.deepEqual(twice.warnings, []);
    }),
    { numRuns: 300 },
  );
});

test('two places of one list that differ are always refused, never merged', () => {
  fc.assert(
    fc.property(soundPack, paths, paths, (document, one, other) => {
      fc.pre(JSON.stringify(one) !== JSON.stringify(other));
      const parsed = parseStepPack(
        encode({ ...document, scope: { allowed_paths: one }, scope_guard: { allowed_paths: other } }),
      );
      assert.equal(parsed.ok, false);
      assert.ok(!parsed.ok && parsed.problems.some(({ code }) => code === 'ALIAS_CONFLICT'));
    }),
  );
});

test('whatever a pack holds is answered, and each problem points into it or at what it lacks', () => {
  const hostile = fc.constantFrom<unknown>(
    null,
    0,
    '',
    'x',
    [],
    {},
    [null],
    [{}],
    { a: 1 },
    [[]],
    true,
    '../x',
    -1,
    ['/x'],
    1e21,
  );
  const keys = [
    'task_id',
    'task_kind',
    'run_id',
    'step_id',
    'title',
    'step_title',
    'scope',
    'scope_guard',
    'allowed_paths',
    'commands',
    'commands_to_run',
    'AC',
    'acceptance',
    'acceptance_criteria',
    'gates',
    'evidence_required',
    'runtime_policy',
    'dependency_policy',
    'annotations',
    'context',
    'worker',
    'depends_on',
    'preconditions',
    '__proto__',
  ];
  fc.assert(
    fc.property(
      soundPack,
      fc.array(fc.tuple(fc.constantFrom(...keys), hostile), { minLength: 1, maxLength: 4 }),
      (document, changes) => {
        const members = new Map<string, unknown>([...Object.entries(document), ...changes]);
        const parsed = parseStepPack(encode(Object.fromEntries(members)));
        if (parsed.ok)
          assert.equal(validateStepPack(parsed.value), true, JSON.stringify(validateStepPack.errors));
        else for (const { pointer } of parsed.problems) assert.match(pointer, /^(\/|$)/);
      },
    ),
    { numRuns: 1000 },
  );
});

test('any bytes are answered', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => typeof parseStepPack(bytes).ok === 'boolean'),
    { numRuns: 500 },
  );
});
