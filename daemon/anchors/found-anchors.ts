import type { Anchor } from '../ports/anchors.ts';

/** What one place held. */
export interface FoundAnchors {
  readonly anchors: readonly Anchor[];
  /** What was there and could not be checked, each in a sentence for a person. */
  readonly notes: readonly string[];
  /** What was to be checked by a file that was named for it and did not hold, or could not be checked. */
  readonly failures: readonly string[];
}

export const NOTHING_FOUND: FoundAnchors = { anchors: [], notes: [], failures: [] };

/** Joins what several places held, in their order. */
export function joinFound(found: readonly FoundAnchors[]): FoundAnchors {
  return {
    anchors: found.flatMap(({ anchors }) => anchors),
    notes: found.flatMap(({ notes }) => notes),
    failures: found.flatMap(({ failures }) => failures),
  };
}
