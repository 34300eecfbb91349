import { close, constants, read } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findChainBreak } from '../../protocol/chain.ts';
import { MAX_LINE_BYTES, parseEventLine } from '../../protocol/event-line.ts';
import type { LedgerEvent } from '../../protocol/events.ts';
import { damaged } from './damaged.ts';
import { openPlainFile } from './plain-file.ts';
import { GROWING_FILE, openTaskLog } from './segment-files.ts';

/**
 * Reads the events of a log in order, checking each line and its link, in bounded memory.
 *
 * @param size how much of the file to read; by default what is there now, up to its last complete line
 * @throws ReeveError NOT_FOUND, IO_FAILED; LEDGER_DAMAGED at the first line that does not hold
 */
export async function* readEvents(path: string, size?: number): AsyncGenerator<LedgerEvent, void, undefined> {
  const { fd, stats } = openPlainFile(path, constants.O_RDONLY);
  const part = { fd, path, size: size ?? stats.size, isExact: size !== undefined };
  try {
    yield* readPart(part, null);
  } finally {
    await closeFile(fd);
  }
}

/**
 * Reads the events of a task's log: those of its sealed segments, then those of the file that grows.
 *
 * @param size how much of all of them to read; by default what is there now, up to the last complete line
 * @throws ReeveError as {@link readEvents}
 */
export async function* readTaskEvents(
  taskFolder: string,
  size?: number,
): AsyncGenerator<LedgerEvent, void, undefined> {
  const { segments, growing } = openTaskLog(taskFolder);
  const path = join(taskFolder, GROWING_FILE);
  let left = size ?? Number.POSITIVE_INFINITY;
  let last: LedgerEvent | null = null;
  try {
    for (const segment of segments) {
      const { fd, stats } = openPlainFile(segment, constants.O_RDONLY);
      const part = { fd, path: segment, size: Math.min(stats.size, left), isExact: true };
      try {
        last = yield* readPart(part, last);
      } finally {
        await closeFile(fd);
      }
      left -= part.size;
    }
    if (size !== undefined && left > 0 && growing === null) throw damaged(path, `${left} bytes are missing`);
    if (growing === null) return;
    const isExact = size !== undefined;
    yield* readPart({ fd: growing.fd, path, size: isExact ? left : growing.stats.size, isExact }, last);
  } finally {
    if (growing !== null) await closeFile(growing.fd);
  }
}

/** A file of a log, or its beginning. */
interface LogPart {
  readonly fd: number;
  readonly path: string;
  readonly size: number;
  /** Whether there must be so much. */
  readonly isExact: boolean;
}

/** Answers with the last line, or the one before the part where it has none. */
async function* readPart(
  part: LogPart,
  before: LedgerEvent | null,
): AsyncGenerator<LedgerEvent, LedgerEvent | null, undefined> {
  let last = before;
  for await (const lines of readLines(part)) {
    for (const text of lines) {
      last = parseLine(part.path, text, last);
      yield last;
    }
  }
  return last;
}

const CHUNK_BYTES = 262_144;

const readFile = promisify(read);
const closeFile = promisify(close);

async function* readLines({
  fd,
  path,
  size,
  isExact,
}: LogPart): AsyncGenerator<readonly string[], void, undefined> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  let kept = 0;
  for (let position = 0; position < size;) {
    const wanted = Math.min(buffer.length - kept, size - position);
    const { bytesRead } = await readFile(fd, buffer, kept, wanted, position);
    if (bytesRead === 0 && !isExact) return;
    if (bytesRead === 0) throw damaged(path, `it ends at byte ${position} instead of ${size}`);
    position += bytesRead;
    const filled = kept + bytesRead;
    const lines: string[] = [];
    let from = 0;
    for (let to = buffer.indexOf(0x0a); to !== -1 && to < filled; to = buffer.indexOf(0x0a, from)) {
      lines.push(buffer.toString('utf8', from, to));
      from = to + 1;
    }
    kept = filled - from;
    if (kept > MAX_LINE_BYTES) throw damaged(path, `the line at byte ${position - kept} is too long`);
    buffer.copyWithin(0, from, filled);
    yield lines;
  }
}

function parseLine(path: string, text: string, previous: LedgerEvent | null): LedgerEvent {
  const seq = (previous?.seq ?? 0) + 1;
  let event: LedgerEvent;
  try {
    event = parseEventLine(text);
  } catch (error) {
    throw damaged(path, `line ${seq} is not what was written (${String(error)})`, { seq });
  }
  const fault = findChainBreak(previous, event);
  if (fault !== null)
    throw damaged(path, `line ${seq} does not follow the one before it (${fault})`, { seq });
  return event;
}
