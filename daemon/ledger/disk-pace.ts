/** Whether a disk has lately answered so quickly that waiting for it costs less than having it waited for. */
export interface DiskPace {
  isQuick(): boolean;
  /** Takes note of how long one sync took, in milliseconds. */
  observe(ms: number): void;
}

/**
 * Creates the measure of one disk, which has to show itself quick first.
 *
 * A leaky bucket: what a sync takes beyond `ALLOWED_MS` is owed, what it takes less is paid back, and the disk is quick
 * while less than `CREDIT_MS` is owed. Bound: `n` syncs in a row of a quick disk take at most `n + 1` times `ALLOWED_MS`
 * together, but for the one that ends the trust. A stall of 100 ms is paid back by some 120 quick syncs, the longest by
 * some 1,200: a disk that stalls again and again is hardly ever waited for.
 */
export function createDiskPace(): DiskPace {
  let owed = CREDIT_MS + TRIAL_MS;
  return {
    isQuick: () => owed < CREDIT_MS,
    observe(ms) {
      owed = Math.min(Math.max(0, owed + ms - ALLOWED_MS), MAX_OWED_MS);
    },
  };
}

/** Nobody notices that a thread stands still so long; the way through a thread pool takes a tenth of it. */
const ALLOWED_MS = 1;
/** Single syncs of some milliseconds happen on good disks, too. */
const CREDIT_MS = 10;
/** About as many quick syncs are seen before the first is waited for. */
const TRIAL_MS = 16;
const MAX_OWED_MS = 1000;
