import type { StepAcceptance } from '../generated/types.ts';
import { readCriteria } from './criteria.ts';
import { readEvidence } from './evidence.ts';
import { readGates } from './gates.ts';
import type { PackSource, Sourced } from './pack-source.ts';

/** Reads what must hold and how it is proved, and checks that each names the other rightly. */
export function readAcceptance(
  source: PackSource,
  requiredCommands: Sourced<readonly string[]>,
): StepAcceptance {
  const criteria = readCriteria(source);
  return {
    criteria: criteria.value ?? [],
    gates: readGates(source, criteria, requiredCommands),
    evidence_required: readEvidence(source, criteria),
  };
}
