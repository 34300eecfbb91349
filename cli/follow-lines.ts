import { close, constants, read, statSync, type Stats } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openPlainFile } from '../daemon/ledger/plain-file.ts';
import { openTaskLog, type OpenedLog } from '../daemon/ledger/segment-files.ts';
import { ReeveError } from '../protocol/errors.ts';

/** How often a quiet log is looked at again, in milliseconds. */
const LOOK_AGAIN_MS = 100;
const CHUNK_BYTES = 64 * 1024;
/** Threat: a file without newlines would be held in memory whole. Four times the longest ledger line. */
const MAX_LINE_BYTES = 4 * 65_536;

/**
 * Reads the complete lines of a task's log, and with `follow` those still to come, until the signal aborts.
 *
 * A log that does not exist yet is waited for; one that is replaced or cut is read from its start again. Offsets count
 * over its sealed segments and the file that grows, so that none is missed or repeated when that is sealed. Polling is
 * the whole truth here: there is no watcher whose lost event could lose a line.
 */
export async function* followLines(
  taskFolder: string,
  options: { readonly follow: boolean; readonly signal: AbortSignal },
): AsyncGenerator<string> {
  const { follow, signal } = options;
  let place: Place = { identity: '', offset: 0, rest: Buffer.alloc(0) };
  do {
    for await (const [line, next] of readNewLines(taskFolder, place)) {
      place = next;
      if (line !== null) yield line;
      if (signal.aborted) return;
    }
    if (follow) await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
  } while (follow && !signal.aborted);
}

/** How far a log has been read: everything before `offset`, of which `rest` is a line still being written. */
interface Place {
  /** Of the log's first file, which keeps it when it is sealed. */
  readonly identity: string;
  readonly offset: number;
  readonly rest: Buffer;
}

type Step = readonly [line: string | null, next: Place];

/** A file of a log. */
interface Part {
  readonly fd: number;
  /** Where it begins in the log. */
  readonly start: number;
}

const readFile = promisify(read);
const closeFile = promisify(close);

/** The complete lines after a place, each with the place it leaves the reader at. */
async function* readNewLines(taskFolder: string, place: Place): AsyncGenerator<Step> {
  const log = openIfThere(taskFolder);
  if (log === null) return;
  const { segments, growing } = log;
  try {
    const stats = segments.map((path) => statSync(path));
    let at = resume(place, growing === null ? stats : [...stats, growing.stats]);
    let start = 0;
    for (const [index, path] of segments.entries()) {
      const end = start + (stats[index]?.size ?? 0);
      if (at.offset < end) at = yield* readSegment(path, start, at);
      start = end;
    }
    if (growing !== null) yield* readLines({ fd: growing.fd, start }, at);
  } finally {
    if (growing !== null) await closeFile(growing.fd);
  }
}

function openIfThere(taskFolder: string): OpenedLog | null {
  try {
    return openTaskLog(taskFolder);
  } catch (error) {
    if (error instanceof ReeveError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

function resume(place: Place, files: readonly Stats[]): Place {
  const identity = files
    .slice(0, 1)
    .map(({ dev, ino }) => `${dev}:${ino}`)
    .join();
  const size = files.reduce((sum, file) => sum + file.size, 0);
  if (identity === place.identity && size >= place.offset) return place;
  return { identity, offset: 0, rest: Buffer.alloc(0) };
}

async function* readSegment(path: string, start: number, from: Place): AsyncGenerator<Step, Place> {
  const { fd } = openPlainFile(path, constants.O_RDONLY);
  try {
    return yield* readLines({ fd, start }, from);
  } finally {
    await closeFile(fd);
  }
}

/** Answers with the place after the last byte that is there. */
async function* readLines({ fd, start }: Part, from: Place): AsyncGenerator<Step, Place> {
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let { offset, rest } = from;
  for (;;) {
    const { bytesRead } = await readFile(fd, buffer, 0, CHUNK_BYTES, offset - start);
    if (bytesRead === 0) return { ...from, offset, rest };
    offset += bytesRead;
    let bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10)) {
      const line = bytes.toString('utf8', 0, end);
      bytes = bytes.subarray(end + 1);
      yield [line, { ...from, offset: offset - bytes.length, rest: Buffer.alloc(0) }];
    }
    rest = bytes.length > MAX_LINE_BYTES ? Buffer.alloc(0) : bytes;
    yield [null, { ...from, offset, rest }];
  }
}
