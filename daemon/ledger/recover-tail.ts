import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { sha256Hex } from '../../protocol/digest.ts';
import { MAX_LINE_BYTES } from '../../protocol/event-line.ts';
import { hashOfEventLine, sliceEventLine, type EventSlices } from '../../protocol/event-slices.ts';
import type { LedgerRecoveredData } from '../../protocol/generated/types.ts';
import type { LogHead } from '../ports/ledger.ts';
import { damaged } from './damaged.ts';
import { beginsWrite } from './event-stamps.ts';
import { isPlain, openPlainFile } from './plain-file.ts';
import type { LogEnd } from './scan-log.ts';
import { syncFolder } from './sync-folder.ts';

/**
 * Copies what follows the intact part of a log to `<log>.torn-<offset>` beside it, durably; the log is not changed yet.
 *
 * A crash can leave any bytes behind the last synced line: all that was written since is one write, of which a disk may
 * have kept the later blocks and not the first. A valid line of any other write means that something else happened,
 * since no write is begun before the one before it was synced; then the log is refused.
 *
 * @param projectFolder what the paths in the answer are relative to
 * @throws ReeveError LEDGER_DAMAGED when a valid line of another write follows, or when the tail is too large to be a
 *   torn write
 */
export function keepTail(projectFolder: string, path: string, end: LogEnd): LedgerRecoveredData {
  const offset = end.head?.bytes ?? 0;
  const length = end.size - offset;
  if (length > MAX_TAIL_BYTES) throw damaged(path, `${length} bytes after its last valid line are no lines`);
  const tail = readRange(path, offset, length);
  const found = findOtherWrite(tail, end.head);
  if (found !== -1) {
    const what = `a bad region at offset ${offset} is followed by a valid line`;
    throw damaged(path, what, { offset, valid_line_at: offset + found });
  }
  const kept = writeAside(`${path}.torn-${offset}`, tail);
  return {
    log: toPosix(relative(projectFolder, path)),
    offset,
    length,
    sha256: sha256Hex(tail),
    kept_as: toPosix(relative(projectFolder, kept)),
  };
}

/** Cuts a log at the end of its intact part, durably. */
export function cutTail(path: string, offset: number): void {
  const { fd } = openPlainFile(path, constants.O_RDWR);
  try {
    ftruncateSync(fd, offset);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Far above what one group write can leave behind. */
const MAX_TAIL_BYTES = 256 * 1024 * 1024;

function readRange(path: string, offset: number, length: number): Buffer {
  const { fd } = openPlainFile(path, constants.O_RDONLY);
  try {
    const bytes = Buffer.alloc(length);
    const count = readSync(fd, bytes, 0, length, offset);
    return bytes.subarray(0, count);
  } finally {
    closeSync(fd);
  }
}

/**
 * Finds a complete line that hashes and was not written together with the line behind `intact`, wherever it begins:
 * zeroed blocks do not end at line ends.
 *
 * @returns its offset in the tail, or -1
 */
function findOtherWrite(tail: Buffer, intact: LogHead | null): number {
  for (let newline = tail.indexOf(0x0a); newline !== -1; newline = tail.indexOf(0x0a, newline + 1)) {
    const from = Math.max(0, newline - MAX_LINE_BYTES, tail.lastIndexOf(0x0a, newline - 1) + 1);
    const window = tail.toString('latin1', newline === 0 ? 0 : from, newline);
    let at = window.indexOf(LINE_START);
    for (let tries = 0; at !== -1 && tries < MAX_STARTS; tries += 1) {
      const line = readValidLine(tail.toString('utf8', from + at, newline));
      if (line !== null && !isOfNextWrite(line, intact)) return from + at;
      at = window.indexOf(LINE_START, at + 1);
    }
  }
  return -1;
}

const LINE_START = '{"actor":{';

/** Threat: a crafted line could be full of beginnings, each to be hashed; a torn one has two or three. */
const MAX_STARTS = 64;

function readValidLine(text: string): EventSlices | null {
  const slices = sliceEventLine(text);
  return slices !== null && hashOfEventLine(text, slices.hashAt) === slices.event_hash ? slices : null;
}

/** The first line of the next write is a bad one: a valid one can only be a later line of it. */
function isOfNextWrite({ log_id, seq, id }: EventSlices, intact: LogHead | null): boolean {
  if (intact !== null && intact.log_id !== log_id) return false;
  return seq > (intact?.seq ?? 0) + 1 && !beginsWrite(id);
}

/** A crash during recovery may have left the same bytes there already. */
function writeAside(path: string, bytes: Buffer): string {
  let free = path;
  for (let n = 2; existsSync(free); n += 1) {
    if (isPlain(lstatSync(free)) && readFileSync(free).equals(bytes)) return free;
    free = `${path}-${n}`;
  }
  const fd = openSync(free, 'wx', 0o644);
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  syncFolder(dirname(free));
  return free;
}

function toPosix(path: string): string {
  return path.split(sep).join('/');
}
