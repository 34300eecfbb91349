/** Where an attempt stands: revision `r`, retry `s` of the identical pack within it. */
export interface AttemptPointer {
  readonly r: number;
  readonly s: number;
}

const POINTER = /^R(0|[1-9]\d{0,8})\/S(0|[1-9]\d{0,8})$/;

/**
 * The pointers that may follow the latest one: a retry of the identical pack, then a revision.
 *
 *     (none) → R0/S0        R/S → R/S+1 (retry) or R+1/S0 (revision)
 */
export function nextPointers(latest: AttemptPointer | null): readonly AttemptPointer[] {
  if (latest === null) return [{ r: 0, s: 0 }];
  return [
    { r: latest.r, s: latest.s + 1 },
    { r: latest.r + 1, s: 0 },
  ];
}

/** Tells whether a pointer may follow the latest one. */
export function isLegalNext(latest: AttemptPointer | null, next: AttemptPointer): boolean {
  return nextPointers(latest).some(({ r, s }) => r === next.r && s === next.s);
}

/** Writes a pointer as `R0/S1`. */
export function formatPointer({ r, s }: AttemptPointer): string {
  return `R${r}/S${s}`;
}

/** Reads `R0/S1`; null for anything else. */
export function parsePointer(text: string): AttemptPointer | null {
  const match = POINTER.exec(text);
  return match === null ? null : { r: Number(match[1]), s: Number(match[2]) };
}
