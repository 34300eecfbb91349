import type { StepPack, StepResult } from './generated/types.ts';
import { validateStepResult } from './generated/validators.js';
import { pointerTo } from './json-pointer.ts';
import { isObject, mapList, renameKeys, withDefaults } from './lenient-object.ts';
import type { LenientObject } from './lenient-object.ts';
import { createProblem } from './problem-codes.ts';
import type { Parsed, Problem } from './problem.ts';
import { parseReasonCode } from './reason-codes.ts';
import { schemaProblems } from './schema-problems.ts';
import { parseStrictJson } from './strict-json.ts';
import type { JsonLimits } from './strict-json.ts';
import { withoutPointers } from './without-pointers.ts';

const ALIASES: LenientObject & Readonly<Record<string, string>> = { changed_files: 'files_changed' };

/** What a worker need not say. Paths are claims: nothing is said of where they lead. */
const DEFAULTS: LenientObject = {
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
};

/**
 * Parses the StepResult that a worker wrote.
 *
 * Lenient where nothing hangs on it: absent details are filled in, older names and reason codes are read, and keys
 * that are not known are dropped with a warning. Everything it says is a claim, to be compared with what was measured.
 */
export function parseStepResult(bytes: Uint8Array, limits?: Partial<JsonLimits>): Parsed<StepResult> {
  const parsed = parseStrictJson(bytes, limits);
  if (!parsed.ok) return parsed;
  const renamed = renameKeys(isObject(parsed.value) ? parsed.value : {}, ALIASES);
  const candidate = isObject(parsed.value) ? complete(renamed.object) : parsed.value;
  const found = findProblems(candidate);
  const warnings = found.filter(isUnknownKey);
  const pruned = withoutPointers(candidate, new Set(warnings.map(({ pointer }) => pointer)));
  const located = ({ pointer, ...problem }: Problem) => ({ ...problem, pointer: renamed.locate(pointer) });
  if (renamed.problems.length === 0 && validateStepResult(pruned)) {
    return { ok: true, value: pruned, warnings: warnings.map(located) };
  }
  const problems = [...renamed.problems, ...found.filter((problem) => !isUnknownKey(problem)).map(located)];
  return { ok: false, problems, warnings: warnings.map(located) };
}

/**
 * Checks a StepResult against the pack it answers: same task, run and step, and for PASS exactly its criteria, verbatim
 * and met.
 */
export function stepResultProblems(result: StepResult, pack: StepPack): readonly Problem[] {
  const identity = (['task_id', 'run_id', 'step_id'] as const).flatMap((key) =>
    result[key] === pack[key]
      ? []
      : [
          createProblem(
            'IDENTITY_MISMATCH',
            `/${key}`,
            `The result is of ${result[key]}, not of ${pack[key]}.`,
          ),
        ],
  );
  return result.verdict === 'PASS' ? [...identity, ...criteriaProblems(result, pack)] : identity;
}

function complete(document: LenientObject): LenientObject {
  const result: LenientObject = { ...DEFAULTS, ...document };
  const { reason_code: code } = result;
  return {
    ...result,
    reason_code: typeof code === 'string' ? (parseReasonCode(code) ?? code) : code,
    commands_executed: mapList(result['commands_executed'], (item) =>
      withDefaults(item, { exit_code: null, evidence_path: null }),
    ),
    verification_results: mapList(result['verification_results'], (item) =>
      withDefaults(item, { evidence_path: null }),
    ),
    scope_guard: withDefaults(result['scope_guard'], { self_check: {} }),
    usage: withDefaults(result['usage'], {
      input_tokens: null,
      output_tokens: null,
      cached_tokens: null,
      cost_usd: null,
    }),
  };
}

function findProblems(candidate: unknown): readonly Problem[] {
  validateStepResult(candidate);
  return schemaProblems(validateStepResult.errors, 'StepResult');
}

function isUnknownKey({ code }: Problem): boolean {
  return code === 'UNKNOWN_KEY';
}

function criteriaProblems(result: StepResult, pack: StepPack): readonly Problem[] {
  const wanted = pack.acceptance.criteria.map(({ text }) => text);
  const told = result.verification_results.map(({ criteria }) => criteria);
  const list = '/verification_results';
  const missing = wanted
    .filter((text) => !told.includes(text))
    .map((text) => createProblem('CRITERIA_MISMATCH', list, `A PASS must verify ${JSON.stringify(text)}.`));
  const wrong = result.verification_results.flatMap(({ criteria, met }, index) => {
    const at = pointerTo(list, index);
    if (!wanted.includes(criteria)) {
      return [
        createProblem('CRITERIA_MISMATCH', at, `The pack has no criterion ${JSON.stringify(criteria)}.`),
      ];
    }
    if (told.indexOf(criteria) !== index)
      return [createProblem('CRITERIA_MISMATCH', at, 'A criterion appears twice.')];
    return met ? [] : [createProblem('CRITERIA_MISMATCH', at, 'A PASS has a criterion that is not met.')];
  });
  return [...missing, ...wrong];
}
