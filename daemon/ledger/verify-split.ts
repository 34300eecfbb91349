import { closeSync, constants, readSync } from 'node:fs';
import { MAX_LINE_BYTES } from '../../protocol/event-line.ts';
import { openPlainFile } from './plain-file.ts';
import type { HeadClaim, TaskClaim, VerifyJob } from './verify-job.ts';
import type { VerifyMode } from './verify-report.ts';

/** A log to be verified. */
export interface LogToVerify {
  /** Absolute path. */
  readonly path: string;
  /** Relative to the project folder. */
  readonly log: string;
  /** Null for the project log. */
  readonly taskId: string | null;
  /** How much of it there is to verify. */
  readonly size: number;
  readonly mode: VerifyMode;
  /** What the project log says of it; null for the project log itself, and for a log unknown to it. */
  readonly claim: TaskClaim | null;
  /** Committed heads by seq. */
  readonly heads: readonly HeadClaim[];
}

/** Splits a log into jobs at line starts, so that a large one keeps all threads busy. */
export function splitLog({ path, log, taskId, size, mode, heads }: LogToVerify): readonly VerifyJob[] {
  const borders = [0, ...(size <= PIECE_BYTES ? [] : listBorders(path, size)), size];
  return borders.slice(1).map((to, index) => {
    const from = borders[index] ?? 0;
    // The first and the last piece take heads that lie about their place too: they fit no line, and are told of.
    const isFirst = index === 0;
    const isLast = index === borders.length - 2;
    const inside = heads.filter(({ bytes }) => (isFirst || bytes > from) && (isLast || bytes <= to));
    return { range: { path, taskId, from, to, mode }, log, heads: inside };
  });
}

const PIECE_BYTES = 16 * 1024 * 1024;

function listBorders(path: string, size: number): readonly number[] {
  const { fd } = openPlainFile(path, constants.O_RDONLY);
  try {
    const borders: number[] = [];
    const bytes = Buffer.allocUnsafe(MAX_LINE_BYTES + 1);
    for (let near = PIECE_BYTES; near < size; near += PIECE_BYTES) {
      const count = readSync(fd, bytes, 0, bytes.length, near);
      const newline = bytes.subarray(0, count).indexOf(0x0a);
      // Without one a line here is too long, or the last: the piece before goes on and says so.
      if (newline !== -1 && near + newline + 1 < size) borders.push(near + newline + 1);
    }
    return borders;
  } finally {
    closeSync(fd);
  }
}
