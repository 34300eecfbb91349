import { closeSync, constants, readSync } from 'node:fs';
import { basename } from 'node:path';
import { MAX_LINE_BYTES } from '../../protocol/event-line.ts';
import { openPlainFile } from './plain-file.ts';
import type { HeadClaim, TaskClaim, VerifyJob } from './verify-job.ts';
import type { Stretch } from './verify-range.ts';
import type { FileClaim } from './verify-claims.ts';
import type { VerifyMode, VerifyWarning } from './verify-report.ts';

/** A log to be verified. */
export interface LogToVerify {
  /** Its files in order, whole: sealed segments, and the one that grows. */
  readonly files: readonly Stretch[];
  /** Relative to the project folder. */
  readonly log: string;
  /** Absolute path of the folder that the files named in it are relative to. */
  readonly folder: string;
  /** Null for the project log. */
  readonly taskId: string | null;
  readonly mode: VerifyMode;
  /** What the project log says of it; null for the project log itself, and for a log unknown to it. */
  readonly claim: TaskClaim | null;
  /** Committed heads by seq. */
  readonly heads: readonly HeadClaim[];
  /** Its sealed segments, as the project log tells of them. */
  readonly sealed: readonly FileClaim[];
  /** Segments that the project log does not tell of. */
  readonly warnings: readonly VerifyWarning[];
  /** Lines that an archive says it redacted; null outside of one. */
  readonly redacted: ReadonlySet<number> | null;
  readonly redactedFiles: ReadonlySet<string>;
}

/** Splits a log into jobs at line starts, so that a large one keeps all threads busy. */
export function splitLog(target: LogToVerify): readonly VerifyJob[] {
  const { files, log, folder, taskId, mode, heads, redacted, redactedFiles } = target;
  const sealedBy = new Map(target.sealed.map((claim) => [claim.path, claim]));
  // Where lines were redacted, heads are not where they were: only from its start on can they be told.
  const pieces = redacted === null ? files.flatMap(splitFile).map((stretch) => [stretch]) : [files];
  let base = 0;
  return pieces.map((stretches, index) => {
    const from = base;
    base += sizeOf(stretches);
    // The first and the last piece take heads that lie about their place too: they fit no line, and are told of.
    const isFirst = index === 0;
    const isLast = index === pieces.length - 1;
    const inside = heads.filter(({ bytes }) => (isFirst || bytes > from) && (isLast || bytes <= base));
    const range = { stretches, base: from, taskId, mode, redacted };
    const begun = stretches.filter((stretch) => stretch.from === 0);
    const sealed = begun.flatMap(({ path }) => sealedBy.get(basename(path)) ?? []);
    return { range, log, folder, heads: inside, sealed, redactedFiles, isLast };
  });
}

/** Bytes in some stretches. */
export function sizeOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** Small enough that what its lines name fits into the small heap of a thread. */
const PIECE_BYTES = 4 * 1024 * 1024;

function splitFile(file: Stretch): readonly Stretch[] {
  const borders = [0, ...(file.to <= PIECE_BYTES ? [] : listBorders(file)), file.to];
  return borders.slice(1).map((to, index) => ({ ...file, from: borders[index] ?? 0, to }));
}

function listBorders({ path, to: size }: Stretch): readonly number[] {
  const fd = openIfThere(path);
  // Whoever verifies it will find out why.
  if (fd === null) return [];
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

function openIfThere(path: string): number | null {
  try {
    return openPlainFile(path, constants.O_RDONLY).fd;
  } catch {
    return null;
  }
}
