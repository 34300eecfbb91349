import { createFirstClaim } from '../first-claim.ts';

/** Counts what both streams of one process bring. */
export interface OutputMeter {
  /** When the last byte came, on the monotonic clock in milliseconds; at first, when counting began. */
  readonly lastOutputAt: number;
  /** Whether the limit was passed. */
  readonly isExceeded: boolean;
  /** Resolves when the limit is passed; never otherwise. */
  readonly exceeded: Promise<unknown>;
  /** Counts bytes that came and tells how many of them may be kept. */
  take(bytes: number): number;
}

/** Creates a meter with one limit in bytes for both streams together. */
export function createOutputMeter(limitBytes: number): OutputMeter {
  const excess = createFirstClaim<true>();
  let total = 0;
  let lastOutputAt = performance.now();
  return {
    get lastOutputAt() {
      return lastOutputAt;
    },
    get isExceeded() {
      return excess.value !== null;
    },
    exceeded: excess.claimed,
    take(bytes) {
      const room = Math.max(0, limitBytes - total);
      total += bytes;
      lastOutputAt = performance.now();
      if (bytes > room) {
        excess.claim(true);
      }
      return Math.min(bytes, room);
    },
  };
}
