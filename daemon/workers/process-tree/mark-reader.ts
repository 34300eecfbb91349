import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessEntry, ProcessTable } from '../process-table/process-table.ts';

/** Which of some processes carry the marker of our attempts. */
export interface Marks {
  readonly marked: ReadonlySet<number>;
  /** Pids of processes that showed no environment at all: they may yet turn out to be ours. */
  readonly unreadable: ReadonlySet<number>;
}

/** A process shows no environment for well under a millisecond while it becomes another program. */
const PAUSES_MS = [1, 4, 16];

/**
 * Creates a reader of markers that waits, once for each process, for one that is about to become another program:
 * without that, a process starting a daemon at the wrong moment would leave it behind unseen.
 */
export function createMarkReader(
  table: ProcessTable,
  attemptIds: ReadonlySet<string>,
): { read(entries: readonly ProcessEntry[]): Promise<Marks> } {
  let waitedFor: ReadonlySet<number> = new Set();
  return {
    async read(entries) {
      // Group 0 is the kernel's own threads, which have no environment ever.
      const pids =
        attemptIds.size === 0 ? [] : entries.filter(({ group }) => group !== 0).map(({ pid }) => pid);
      const markers = new Map(await table.markers(pids));
      const missing = (): readonly number[] => pids.filter((pid) => !markers.has(pid));
      for (const pause of PAUSES_MS) {
        const awaited = missing().filter((pid) => !waitedFor.has(pid));
        if (awaited.length > 0) {
          await sleep(pause);
          (await table.markers(awaited)).forEach((marker, pid) => markers.set(pid, marker));
        }
      }
      waitedFor = new Set(missing());
      return {
        marked: new Set(pids.filter((pid) => attemptIds.has(markers.get(pid) ?? ''))),
        unreadable: waitedFor,
      };
    },
  };
}
