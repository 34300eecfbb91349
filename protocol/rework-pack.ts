import type { ReworkPack, StepPack } from './generated/types.ts';
import { validateReworkPack } from './generated/validators.js';
import { isObject, mapList, renameKeys, withDefaults } from './lenient-object.ts';
import type { LenientObject } from './lenient-object.ts';
import type { Parsed } from './problem.ts';
import { reworkProblems } from './rework-problems.ts';
import { schemaProblems } from './schema-problems.ts';
import { parseStrictJson } from './strict-json.ts';

const ALIASES: Readonly<Record<string, string>> = {
  minimal_fix_list: 'required_changes',
  evidence_required: 'missing_evidence',
};

/**
 * Parses a ReworkPack and checks it against the StepPack it amends: same step, same criteria verbatim, commands and
 * paths that the pack has or fewer.
 *
 * A person writes `task_id`, `source_attempt` and what is wrong; ids, scope, commands and policy default to the pack's.
 *
 * @param packSha256 digest of the StepPack's bytes
 */
export function parseReworkPack(bytes: Uint8Array, pack: StepPack, packSha256: string): Parsed<ReworkPack> {
  const parsed = parseStrictJson(bytes);
  if (!parsed.ok) return parsed;
  const renamed = renameKeys(isObject(parsed.value) ? parsed.value : {}, ALIASES);
  const rework = isObject(parsed.value) ? complete(renamed.object, pack, packSha256) : parsed.value;
  const found = validateReworkPack(rework)
    ? reworkProblems(rework, pack, packSha256)
    : schemaProblems(validateReworkPack.errors, 'ReworkPack');
  const problems = [
    ...renamed.problems,
    ...found.map((problem) => ({ ...problem, pointer: renamed.locate(problem.pointer) })),
  ];
  return problems.length === 0
    ? { ok: true, value: rework as ReworkPack, warnings: [] }
    : { ok: false, problems, warnings: [] };
}

function complete(document: LenientObject, pack: StepPack, packSha256: string): LenientObject {
  const { allowed_paths, forbidden_paths } = pack.scope;
  const rework: LenientObject = {
    run_id: pack.run_id,
    step_id: pack.step_id,
    thread_id: null,
    target_revision: nextRevision(document['source_attempt']),
    step_pack_sha256: packSha256,
    overall_assessment: '',
    problems: [],
    failed_gates: [],
    missing_evidence: [],
    required_changes: [],
    rerun_commands: pack.commands.required,
    scope: {},
    rework_policy: {},
    ...document,
  };
  return {
    ...rework,
    problems: mapList(rework['problems'], completeProblem),
    failed_gates: mapList(rework['failed_gates'], (gate) => completeGate(gate, pack)),
    missing_evidence: mapList(rework['missing_evidence'], completeEvidence),
    scope: withDefaults(rework['scope'], { allowed_paths, forbidden_paths }),
    rework_policy: withDefaults(rework['rework_policy'], {
      must_reduce_open_issues: true,
      no_new_scope: true,
    }),
  };
}

function nextRevision(sourceAttempt: unknown): unknown {
  const r = isObject(sourceAttempt) ? sourceAttempt['r'] : undefined;
  return typeof r === 'number' ? r + 1 : 1;
}

function completeProblem(problem: unknown): unknown {
  if (!isObject(problem)) return problem;
  const { evidence } = problem;
  return {
    criteria: null,
    impact: '',
    ...problem,
    evidence: typeof evidence === 'string' ? [evidence] : (evidence ?? []),
  };
}

/** A gate's id alone is enough: its condition is quoted from the pack. */
function completeGate(gate: unknown, pack: StepPack): unknown {
  const written = typeof gate === 'string' ? { gate_id: gate } : gate;
  if (!isObject(written)) return written;
  const known = pack.acceptance.gates.find(({ gate_id }) => gate_id === written['gate_id']);
  return { pass_condition: known?.pass_condition ?? null, detail: '', ...written };
}

/** A pattern alone is enough; `pattern` is an older name of `path_pattern`. */
function completeEvidence(evidence: unknown): unknown {
  const written = typeof evidence === 'string' ? { path_pattern: evidence } : evidence;
  if (!isObject(written)) return written;
  const { pattern, ...rest } = written;
  const named = pattern === undefined ? {} : { path_pattern: pattern };
  return { id: null, required_for: [], ...named, ...rest };
}
