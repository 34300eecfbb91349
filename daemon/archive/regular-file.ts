import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { ReeveError } from '../../protocol/errors.ts';

/** A regular file, open for reading. */
export interface RegularFile {
  readonly handle: FileHandle;
  readonly bytes: number;
}

/**
 * Opens a regular file for reading, never a link, a FIFO or a device in its place.
 *
 * @throws ReeveError NOT_FOUND; IO_FAILED for anything that is no regular file or cannot be opened
 */
export async function openRegularFile(path: string): Promise<RegularFile> {
  const handle = await open(path, constants.O_RDONLY | NO_FOLLOW | NON_BLOCKING).catch((cause: unknown) => {
    throw toOpenError(path, cause);
  });
  const stats = await handle.stat();
  if (stats.isFile()) return { handle, bytes: stats.size };
  await handle.close();
  throw notRegular(path);
}

/** Part of a file. */
export interface ByteRange {
  /** Default: the file's beginning. */
  readonly from?: number;
  readonly to: number;
}

/**
 * Reads part of a file in chunks, each valid until the next is asked for.
 *
 * @param path what errors call the file
 * @throws ReeveError IO_FAILED when the file is shorter
 */
export async function* readChunks(
  handle: FileHandle,
  path: string,
  { from = 0, to }: ByteRange,
): AsyncGenerator<Buffer, void, undefined> {
  const buffer = Buffer.allocUnsafeSlow(Math.max(1, Math.min(CHUNK_BYTES, to - from)));
  for (let position = from; position < to;) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, to - position), position);
    if (bytesRead === 0) throw cutShort(path, position, to);
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

const CHUNK_BYTES = 262_144;

/** The numbers are undefined on systems that lack the flag, whatever the types say. */
const NO_FOLLOW = (constants.O_NOFOLLOW as number | undefined) ?? 0;

/** Opening a FIFO without it waits for a writer. */
const NON_BLOCKING = (constants.O_NONBLOCK as number | undefined) ?? 0;

function toOpenError(path: string, cause: unknown): ReeveError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ENOENT') return new ReeveError('NOT_FOUND', `There is no file ${path}.`, { cause });
  if (code === 'ELOOP' || code === 'ENXIO') return notRegular(path);
  return new ReeveError('IO_FAILED', `Cannot open ${path}: ${code || String(cause)}.`, {
    cause,
    hint: 'Check its owner and mode.',
  });
}

function notRegular(path: string): ReeveError {
  return new ReeveError('IO_FAILED', `${path} is not a regular file.`, {
    hint: 'A link, a folder, a pipe or a device stands in its place.',
  });
}

function cutShort(path: string, found: number, expected: number): ReeveError {
  return new ReeveError('IO_FAILED', `${path} ended at byte ${found} instead of ${expected}.`, {
    hint: 'Something cut it meanwhile: try again, and run `reeve verify` when it happens twice.',
  });
}
