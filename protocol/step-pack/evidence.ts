import type { Criterion, EvidenceDocument, EvidenceRequirement } from '../generated/types.ts';
import { pointerTo } from '../json-pointer.ts';
import { patternProblems } from '../path-pattern.ts';
import { reportDuplicateIds, reportUnknownCriteria } from './criteria.ts';
import type { PackSource, Sourced } from './pack-source.ts';

const SELECTOR_MARK = '::';

/** Reads the evidence asked for; a `::` in a pattern makes it a selector into a JSON file. */
export function readEvidence(
  source: PackSource,
  criteria: Sourced<readonly Criterion[]>,
): readonly EvidenceRequirement[] {
  const { document } = source;
  const evidence = source.read(
    [
      { pointer: '/acceptance/evidence_required', raw: document.acceptance?.evidence_required },
      { pointer: '/evidence_required', raw: document.evidence_required },
    ],
    (raw) => raw.map(toRequirement),
  );
  const given = evidence.value ?? [];
  reportDuplicateIds(
    source,
    evidence.pointer,
    given.map(({ id }) => id),
  );
  for (const [index, requirement] of given.entries()) {
    const pointer = pointerTo(evidence.pointer, index);
    reportUnknownCriteria(source, `${pointer}/required_for`, requirement.required_for, criteria);
    checkPattern(source, requirement, pointer);
  }
  return given;
}

function toRequirement(raw: EvidenceDocument): EvidenceRequirement {
  const kind = raw.path_pattern.includes(SELECTOR_MARK) ? 'json_selector' : 'file_glob';
  return {
    id: raw.id,
    kind: raw.kind ?? kind,
    path_pattern: raw.path_pattern,
    required_for: raw.required_for ?? [],
    notes: raw.notes ?? null,
  };
}

function checkPattern(
  source: PackSource,
  { kind, path_pattern }: EvidenceRequirement,
  pointer: string,
): void {
  const [file, ...selector] = path_pattern.split(SELECTOR_MARK);
  source.reportAll(patternProblems(String(file), `${pointer}/path_pattern`));
  if ((kind === 'json_selector') === selector.length > 0) return;
  const message = `A pattern ${selector.length > 0 ? 'with' : 'without'} "::" is not of kind ${kind}.`;
  source.report(
    'EVIDENCE_KIND_MISMATCH',
    `${pointer}/kind`,
    message,
    'Leave out kind; it follows from the pattern.',
  );
}
