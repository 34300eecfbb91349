import type { ReworkPack, StepPack } from './generated/types.ts';
import { pointerTo } from './json-pointer.ts';
import { isNarrowerPattern } from './path-scope.ts';
import { patternProblems } from './path-pattern.ts';
import { createProblem } from './problem-codes.ts';
import type { Problem } from './problem.ts';

/** Checks a ReworkPack against the StepPack it amends. */
export function reworkProblems(rework: ReworkPack, pack: StepPack, packSha256: string): readonly Problem[] {
  return [
    ...identityProblems(rework, pack, packSha256),
    ...criteriaProblems(rework, pack),
    ...gateProblems(rework, pack),
    ...commandProblems(rework, pack),
    ...scopeProblems(rework, pack),
  ];
}

function identityProblems(rework: ReworkPack, pack: StepPack, packSha256: string): readonly Problem[] {
  const expected = {
    task_id: pack.task_id,
    run_id: pack.run_id,
    step_id: pack.step_id,
    step_pack_sha256: packSha256,
    target_revision: rework.source_attempt.r + 1,
  };
  return (Object.keys(expected) as (keyof typeof expected)[])
    .filter((key) => rework[key] !== expected[key])
    .map((key) =>
      createProblem(
        'IDENTITY_MISMATCH',
        `/${key}`,
        `It says ${rework[key]}, but ${expected[key]} is expected.`,
      ),
    );
}

function criteriaProblems(rework: ReworkPack, pack: StepPack): readonly Problem[] {
  const texts = pack.acceptance.criteria.map(({ text }) => text);
  return rework.problems.flatMap(({ criteria }, index) => {
    if (criteria === null || texts.includes(criteria)) return [];
    const byId = pack.acceptance.criteria.find(
      ({ id, text }) => id === criteria || text.startsWith(criteria),
    );
    const hint = byId === undefined ? 'Copy it from the StepPack.' : `Write ${JSON.stringify(byId.text)}.`;
    const at = pointerTo('/problems', index, 'criteria');
    return [createProblem('CRITERIA_MISMATCH', at, 'It is not a criterion of the pack, verbatim.', hint)];
  });
}

function gateProblems(rework: ReworkPack, pack: StepPack): readonly Problem[] {
  const ids = pack.acceptance.gates.map(({ gate_id }) => gate_id);
  return rework.failed_gates.flatMap(({ gate_id }, index) => {
    if (ids.includes(gate_id)) return [];
    const at = pointerTo('/failed_gates', index, 'gate_id');
    return [
      createProblem('NOT_ALLOWED', at, `The pack has no gate ${gate_id}.`, `Known: ${ids.join(', ')}.`),
    ];
  });
}

function commandProblems(rework: ReworkPack, pack: StepPack): readonly Problem[] {
  return rework.rerun_commands.flatMap((command, index) => {
    if (pack.commands.required.includes(command)) return [];
    const at = pointerTo('/rerun_commands', index);
    return [createProblem('COMMAND_UNKNOWN', at, 'It is not one of the pack’s required commands, verbatim.')];
  });
}

function scopeProblems(rework: ReworkPack, pack: StepPack): readonly Problem[] {
  const { allowed_paths, forbidden_paths } = rework.scope;
  const patterns = [
    ...allowed_paths.flatMap((path, index) =>
      patternProblems(path, pointerTo('/scope/allowed_paths', index)),
    ),
    ...forbidden_paths.flatMap((path, index) =>
      patternProblems(path, pointerTo('/scope/forbidden_paths', index)),
    ),
  ];
  if (patterns.length > 0) return patterns;
  const wider = allowed_paths.flatMap((path, index) => {
    if (pack.scope.allowed_paths.some((allowed) => isNarrowerPattern(path, allowed))) return [];
    const at = pointerTo('/scope/allowed_paths', index);
    return [createProblem('SCOPE_WIDENED', at, `The pack does not surely allow ${JSON.stringify(path)}.`)];
  });
  const dropped = pack.scope.forbidden_paths
    .filter((path) => !forbidden_paths.includes(path))
    .map((path) =>
      createProblem(
        'SCOPE_WIDENED',
        '/scope/forbidden_paths',
        `The pack forbids ${JSON.stringify(path)} as well.`,
      ),
    );
  return [...wider, ...dropped];
}
