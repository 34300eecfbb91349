import { fdatasync, fdatasyncSync } from 'node:fs';
import { createDiskPace, type DiskPace } from './disk-pace.ts';

/** What one log has to write. */
export interface Flush {
  /** Writes; answers the descriptor to be synced, or null when nothing was written. */
  write(): number | null;
  /** Told whether what was written is on the disk; in a later turn, or in the same one right after all have written. */
  synced(error: Error | null): void;
}

/** Carries out the flushes of all logs of a ledger. */
export interface FlushQueue {
  /** Takes a flush for the next turn of the event loop. One of the same log must not be under way. */
  request(flush: Flush): void;
}

/**
 * Creates the queue of one ledger: in each turn of the event loop `write all → sync all`.
 *
 * All are written before any is synced, so that a file system with a journal commits them together. While the disk is
 * quick, the last one is synced in this thread: the way through the thread pool and back takes about as long as such a
 * sync. The others are synced in the pool meanwhile, and all of them once the disk is not quick.
 *
 * Bound: the event loop waits for one sync per turn, and on average no longer than the pace allows; a disk that stalls
 * holds it up once, and then has to prove itself in the pool.
 */
export function createFlushQueue(pace: DiskPace = createDiskPace()): FlushQueue {
  let requested: Flush[] = [];

  function run(): void {
    const flushes = requested;
    requested = [];
    const written = flushes.flatMap((flush) => {
      const fd = flush.write();
      return fd === null ? [] : [{ fd, flush }];
    });
    const own = pace.isQuick() ? written.pop() : undefined;
    for (const { fd, flush } of written) syncInPool(fd, flush);
    if (own !== undefined) syncHere(own.fd, own.flush);
  }

  function syncInPool(fd: number, flush: Flush): void {
    const start = performance.now();
    fdatasync(fd, (error) => {
      // Of a quick disk this would tell how busy this thread was.
      if (!pace.isQuick()) pace.observe(performance.now() - start);
      flush.synced(error);
    });
  }

  function syncHere(fd: number, flush: Flush): void {
    const start = performance.now();
    let failure: Error | null = null;
    try {
      fdatasyncSync(fd);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
    }
    pace.observe(performance.now() - start);
    flush.synced(failure);
  }

  return {
    request(flush) {
      // Not at once: whatever else this turn appends joins, and other input is seen to before the disk is waited for.
      if (requested.push(flush) === 1) setImmediate(run);
    },
  };
}
