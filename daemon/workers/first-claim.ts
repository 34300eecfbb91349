/** A value that many may claim and the first one decides. */
export interface FirstClaim<T> {
  /** What was claimed first; null while nothing was. */
  readonly value: T | null;
  /** Resolves with what is claimed first. */
  readonly claimed: Promise<T>;
  readonly claim: (value: T) => void;
}

/** Creates a claim that nobody made yet. */
export function createFirstClaim<T>(): FirstClaim<T> {
  let first: T | null = null;
  let resolveClaimed: (value: T) => void;
  const claimed = new Promise<T>((resolve) => {
    resolveClaimed = resolve;
  });
  return {
    get value() {
      return first;
    },
    claimed,
    claim(value) {
      first ??= value;
      resolveClaimed(first);
    },
  };
}
