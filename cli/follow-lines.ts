import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often a quiet file is looked at again, in milliseconds. */
const LOOK_AGAIN_MS = 100;
const CHUNK_BYTES = 64 * 1024;
/** Threat: a file without newlines would be held in memory whole. Four times the longest ledger line. */
const MAX_LINE_BYTES = 4 * 65_536;

/**
 * Reads a file's complete lines, and with `follow` those still to come, until the signal aborts.
 *
 * A file that does not exist yet is waited for; one that is replaced or cut is read from its start again. Polling is
 * the whole truth here: there is no watcher whose lost event could lose a line.
 */
export async function* followLines(
  file: string,
  options: { readonly follow: boolean; readonly signal: AbortSignal },
): AsyncGenerator<string> {
  const { follow, signal } = options;
  let place: Place = { identity: '', offset: 0, rest: Buffer.alloc(0) };
  do {
    for await (const [line, next] of readNewLines(file, place)) {
      place = next;
      if (line !== null) yield line;
      if (signal.aborted) return;
    }
    if (follow) await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
  } while (follow && !signal.aborted);
}

/** How far a file has been read: everything before `offset`, of which `rest` is a line still being written. */
interface Place {
  readonly identity: string;
  readonly offset: number;
  readonly rest: Buffer;
}

/** The complete lines after a place, each with the place it leaves the reader at. */
async function* readNewLines(file: string, place: Place): AsyncGenerator<readonly [string | null, Place]> {
  const handle = await openIfThere(file);
  if (handle === null) return;
  try {
    yield* readLines(handle, await resume(handle, place));
  } finally {
    await handle.close();
  }
}

async function openIfThere(file: string): Promise<FileHandle | null> {
  try {
    return await open(file, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function resume(handle: FileHandle, place: Place): Promise<Place> {
  const { dev, ino, size } = await handle.stat();
  const identity = `${dev}:${ino}`;
  if (identity === place.identity && size >= place.offset) return place;
  return { identity, offset: 0, rest: Buffer.alloc(0) };
}

async function* readLines(handle: FileHandle, start: Place): AsyncGenerator<readonly [string | null, Place]> {
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let { offset, rest } = start;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, offset);
    if (bytesRead === 0) return;
    offset += bytesRead;
    let bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10)) {
      const line = bytes.toString('utf8', 0, end);
      bytes = bytes.subarray(end + 1);
      yield [line, { ...start, offset: offset - bytes.length, rest: Buffer.alloc(0) }];
    }
    rest = bytes.length > MAX_LINE_BYTES ? Buffer.alloc(0) : bytes;
    yield [null, { ...start, offset, rest }];
  }
}
