/** The answers of a verification in one word, worst first. */
export const VERDICTS = [
  /** Something is not what was written. */
  'TAMPERED',
  /** One key signed two histories. */
  'FORKED',
  /** The ledger's own heads or checkpoint cover more than is there. */
  'TRUNCATED',
  /** A checkpoint kept elsewhere covers more than is there: an older state was put back. */
  'ROLLED_BACK',
  /** Something could not be read, or proof that is due is not there. */
  'CANNOT_VERIFY',
  /** Intact, with events that no checkpoint kept elsewhere covers. */
  'UNANCHORED',
  /** Intact, and all of it covered by a checkpoint kept elsewhere. */
  'ANCHORED',
] as const;

export type Verdict = (typeof VERDICTS)[number];

/** The worst of some verdicts; ANCHORED where there is none. */
export function worstVerdict(found: Iterable<Verdict>): Verdict {
  const verdicts = new Set(found);
  return VERDICTS.find((verdict) => verdicts.has(verdict)) ?? 'ANCHORED';
}
