import type { Criterion, Gate, GateDocument } from '../generated/types.ts';
import { pointerTo } from '../json-pointer.ts';
import { reportDuplicateIds, reportUnknownCriteria } from './criteria.ts';
import { defaultGates, defaultReviewGates } from './default-gates.ts';
import type { PackSource, Sourced } from './pack-source.ts';

/**
 * Reads the gates, checks what they name, and adds the default ones.
 *
 * No gates at all: every required command must exit 0 for all criteria, and scope and evidence are reviewed. A
 * criterion without a gate beside others that have one: scope and evidence are reviewed for it. Both with a warning.
 * A criterion with neither a gate nor any required command could never be proved: a problem.
 */
export function readGates(
  source: PackSource,
  criteria: Sourced<readonly Criterion[]>,
  requiredCommands: Sourced<readonly string[]>,
): readonly Gate[] {
  const { document } = source;
  const gates = source.read(
    [
      { pointer: '/acceptance/gates', raw: document.acceptance?.gates },
      { pointer: '/gates', raw: document.gates },
    ],
    (raw) => raw.map(toGate),
  );
  const given = gates.value ?? [];
  reportDuplicateIds(
    source,
    gates.pointer,
    given.map(({ gate_id }) => gate_id),
  );
  for (const [index, gate] of given.entries()) {
    const pointer = pointerTo(gates.pointer, index);
    reportUnknownCriteria(source, `${pointer}/target_ac`, gate.target_ac, criteria);
    checkCommandIndex(source, gate, pointer, requiredCommands);
  }
  // Nothing follows from an absence that is only a refused value.
  const isJudgeable = gates.isSound && criteria.isSound && requiredCommands.isSound;
  return isJudgeable
    ? [...given, ...addedGates(source, criteria, given, requiredCommands.value?.length ?? 0)]
    : given;
}

function toGate(raw: GateDocument): Gate {
  const isCommandGate = raw.type.startsWith('required_command_');
  return {
    gate_id: raw.gate_id,
    owner: raw.owner ?? (isCommandGate ? 'worker' : 'controller'),
    type: raw.type,
    target_ac: raw.target_ac,
    command_index: raw.command_index ?? null,
    pass_condition: raw.pass_condition ?? null,
  };
}

function checkCommandIndex(
  source: PackSource,
  gate: Gate,
  pointer: string,
  requiredCommands: Sourced<readonly string[]>,
): void {
  const index = gate.command_index;
  const at = `${pointer}/command_index`;
  const count = requiredCommands.value?.length ?? 0;
  if (index === null) {
    if (!gate.type.startsWith('required_command_')) return;
    const message = 'The gate does not say which command of commands_to_run it judges.';
    source.report('COMMAND_INDEX_MISSING', at, message);
  } else if (index >= count && requiredCommands.isSound) {
    const message = `There is no command ${index}; commands_to_run has ${count}, counted from 0.`;
    source.report('COMMAND_INDEX_RANGE', at, message);
  }
}

function addedGates(
  source: PackSource,
  criteria: Sourced<readonly Criterion[]>,
  given: readonly Gate[],
  commandCount: number,
): readonly Gate[] {
  const covered = new Set(given.flatMap(({ target_ac }) => target_ac));
  const entries = [...(criteria.value ?? []).entries()];
  const uncovered = entries.filter(([, { id }]) => !covered.has(id));
  for (const [index, { id }] of uncovered) {
    const pointer = pointerTo(criteria.pointer, index);
    if (commandCount === 0) {
      const hint = 'Give a command in commands_to_run that exits 0 only when it holds, or a gate.';
      source.report('CRITERION_UNPROVABLE', pointer, `Nothing could prove ${id}.`, hint);
    } else if (given.length > 0) {
      source.warn(
        'CRITERION_UNCOVERED',
        pointer,
        `No gate proves ${id}; scope and evidence are reviewed for it.`,
      );
    }
  }
  if (uncovered.length === 0) return [];
  const ids = uncovered.map(([, { id }]) => id);
  if (given.length > 0) return defaultReviewGates(ids, given);
  source.warn('DEFAULT_GATES', '/gates', 'No gates are given: every required command must exit 0.');
  return defaultGates(ids, commandCount);
}
