import { closeSync, constants, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import type { LogHead } from '../ports/ledger.ts';
import { readLineBefore } from './last-line.ts';
import { openPlainFile } from './plain-file.ts';

/** Keeps the log files in use open, and never more than a fixed number of idle ones. */
export interface DescriptorCache {
  /** Tells whether one more may be lent now; if not, `again` is called once when it may. */
  admits(again: () => void): boolean;
  /**
   * Lends the descriptor of a log that must end with the given line; null: the log must be empty and may be made.
   *
   * @param start bytes of the log that lie in other files before this one
   * @throws ReeveError LEDGER_DAMAGED when the file is not as it was left, IO_FAILED
   */
  borrow(path: string, end: LogHead | null, start: number): number;
  giveBack(path: string): void;
  /** Closes a log that is not lent: its file gets another name. */
  forget(path: string): void;
  closeAll(): void;
}

/** Creates a cache of at most `limit` descriptors, at least one; the least recently used are closed first. */
export function createDescriptorCache(limit: number): DescriptorCache {
  const open = new Map<string, { readonly fd: number; isLent: boolean }>();
  const waiting: (() => void)[] = [];
  let lent = 0;

  function closeIdle(): void {
    for (const [path, entry] of open) {
      if (open.size <= limit) return;
      if (entry.isLent) continue;
      open.delete(path);
      closeSync(entry.fd);
    }
  }

  return {
    admits(again) {
      if (lent < Math.max(1, limit)) return true;
      waiting.push(again);
      return false;
    },
    borrow(path, end, start) {
      const fd = open.get(path)?.fd ?? openLog(path, end, start);
      // Deleting first moves the entry to the end: a Map lists what was set last, last.
      open.delete(path);
      open.set(path, { fd, isLent: true });
      lent += 1;
      closeIdle();
      return fd;
    },
    giveBack(path) {
      const entry = open.get(path);
      if (entry?.isLent === true) {
        entry.isLent = false;
        lent -= 1;
        closeIdle();
      }
      // Also when nothing was lent: whoever failed to borrow leaves its turn to the next.
      const next = waiting.shift();
      if (next !== undefined) process.nextTick(next);
    },
    forget(path) {
      const entry = open.get(path);
      if (entry === undefined) return;
      open.delete(path);
      closeSync(entry.fd);
    },
    closeAll() {
      for (const { fd } of open.values()) closeSync(fd);
      open.clear();
    },
  };
}

function openLog(path: string, end: LogHead | null, start: number): number {
  if (end === null) mkdirSync(dirname(path), { recursive: true });
  const { fd, stats } = openPlainFile(path, constants.O_RDWR | (end === null ? constants.O_CREAT : 0));
  try {
    const size = (end?.bytes ?? 0) - start;
    if (stats.size !== size) throw changed(path, 'its size is not what it was');
    if (end !== null && size > 0 && readLineBefore(fd, size)?.event_hash !== end.event_hash) {
      throw changed(path, 'its last line is not the one that was written');
    }
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function changed(path: string, how: string): ReeveError {
  return new ReeveError('LEDGER_DAMAGED', `Something else changed ${path}: ${how}.`, {
    hint: 'Run `reeve verify`, and restore the file from a backup or an export.',
  });
}
