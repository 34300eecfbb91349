import { closeSync, constants, mkdirSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import { MAX_LINE_BYTES } from '../../protocol/event-line.ts';
import { hashOfEventLine, sliceEventLine } from '../../protocol/event-slices.ts';
import type { LogHead } from '../ports/ledger.ts';
import { openPlainFile } from './plain-file.ts';

/** Keeps the log files in use open, and never more than a fixed number of idle ones. */
export interface DescriptorCache {
  /** Tells whether one more may be lent now; if not, `again` is called once when it may. */
  admits(again: () => void): boolean;
  /**
   * Lends the descriptor of a log that must end with the given line; null: the log must be empty and may be made.
   *
   * @throws ReeveError LEDGER_DAMAGED when the file is not as it was left, IO_FAILED
   */
  borrow(path: string, end: LogHead | null): number;
  giveBack(path: string): void;
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
    borrow(path, end) {
      const fd = open.get(path)?.fd ?? openLog(path, end);
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
    closeAll() {
      for (const { fd } of open.values()) closeSync(fd);
      open.clear();
    },
  };
}

function openLog(path: string, end: LogHead | null): number {
  if (end === null) mkdirSync(dirname(path), { recursive: true });
  const { fd, stats } = openPlainFile(path, constants.O_RDWR | (end === null ? constants.O_CREAT : 0));
  try {
    if (stats.size !== (end?.bytes ?? 0)) throw changed(path, 'its size is not what it was');
    if (end !== null && lastLineHash(fd, end.bytes) !== end.event_hash) {
      throw changed(path, 'its last line is not the one that was written');
    }
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** The hash of the last line's bytes, if that is what the line says too; else an empty string. */
function lastLineHash(fd: number, size: number): string {
  const length = Math.min(size, MAX_LINE_BYTES + 2);
  const bytes = Buffer.allocUnsafe(length);
  readSync(fd, bytes, 0, length, size - length);
  const text = bytes.toString('utf8', bytes.lastIndexOf(0x0a, length - 2) + 1, length - 1);
  const slices = sliceEventLine(text);
  if (slices === null || bytes[length - 1] !== 0x0a) return '';
  const hash = hashOfEventLine(text, slices.hashAt);
  return hash === slices.event_hash ? hash : '';
}

function changed(path: string, how: string): ReeveError {
  return new ReeveError('LEDGER_DAMAGED', `Something else changed ${path}: ${how}.`, {
    hint: 'Run `reeve verify`, and restore the file from a backup or an export.',
  });
}
