import type { ProcessTree } from '../process-tree/process-tree.ts';
import type { Ending } from './ending.ts';

/** Watches a tree's memory. */
export interface MemoryWatch {
  /** Most bytes ever seen resident at once, over the whole tree; 0 when it ended before the first look. */
  readonly peakBytes: number;
  /** Resolves when no look is under way any more. */
  stop(): Promise<void>;
}

const SHORTEST_MS = 100;
const LONGEST_MS = 500;
/** A look may take this share of the time until the next. */
const BUDGET = 1 / 25;

/**
 * Claims `memory` when the resident bytes of all members together exceed a limit.
 *
 * Pages that members share count for each of them. `prlimit --as` is no way out: it stops Node itself from starting.
 */
export function endOnMemory(ending: Ending, limitBytes: number, tree: ProcessTree): MemoryWatch {
  let peakBytes = 0;
  let lastBytes = 0;
  let lastPause = SHORTEST_MS;
  let isStopped = false;
  let looking = Promise.resolve();
  let timer = setTimeout(begin, SHORTEST_MS);

  function begin(): void {
    looking = look();
  }

  async function look(): Promise<void> {
    const startedAt = performance.now();
    // A table that cannot be read now (too many open files, say) is read again next time.
    const members = await tree.observe().catch(() => []);
    const bytes = members.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
    peakBytes = Math.max(peakBytes, bytes);
    if (bytes > limitBytes) {
      ending.claim('memory');
    }
    const bytesPerMs = Math.max(0, bytes - lastBytes) / lastPause;
    const costMs = performance.now() - startedAt;
    lastBytes = bytes;
    lastPause = Math.max(toPause(limitBytes - bytes, bytesPerMs), costMs / BUDGET);
    if (!isStopped) {
      timer = setTimeout(begin, lastPause);
    }
  }

  return {
    get peakBytes() {
      return peakBytes;
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}

/** Half the time in which growth at the present rate would use up the room, in milliseconds. */
function toPause(roomBytes: number, bytesPerMs: number): number {
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, roomBytes / bytesPerMs / 2));
}
