import { closeSync, constants, fstatSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { ReeveError } from '../../protocol/errors.ts';

/** A regular file, open for reading. */
export interface RegularFile extends OpenFile {
  readonly bytes: number;
  readonly close: () => void;
}

/** A file that can be read from. */
export interface OpenFile {
  readonly fd: number;
}

/**
 * Opens a regular file for reading, never a link, a FIFO or a device in its place.
 *
 * At once, and not by a promise: of a hundred thousand small files, waiting would take most of the time.
 *
 * @throws ReeveError NOT_FOUND; IO_FAILED for anything that is no regular file or cannot be opened
 */
export function openRegularFile(path: string): RegularFile {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | NO_FOLLOW | NON_BLOCKING);
  } catch (cause) {
    throw toOpenError(path, cause);
  }
  const stats = fstatSync(fd);
  if (stats.isFile()) return { fd, bytes: stats.size, close: () => closeSync(fd) };
  closeSync(fd);
  throw notRegular(path);
}

/** Part of a file. */
export interface ByteRange {
  /** Default: the file's beginning. */
  readonly from?: number;
  readonly to: number;
}

/**
 * Reads part of a file in chunks, each valid until the next is asked for; what is in one chunk is read at once.
 *
 * @param path what errors call the file
 * @throws ReeveError IO_FAILED when the file is shorter
 */
export async function* readChunks(
  { fd }: OpenFile,
  path: string,
  { from = 0, to }: ByteRange,
): AsyncGenerator<Buffer, void, undefined> {
  const buffer = Buffer.allocUnsafeSlow(Math.max(1, Math.min(CHUNK_BYTES, to - from)));
  const isSmall = to - from <= buffer.length;
  for (let position = from; position < to;) {
    const wanted = Math.min(buffer.length, to - position);
    const bytesRead = isSmall
      ? readSync(fd, buffer, 0, wanted, position)
      : (await readFile(fd, buffer, 0, wanted, position)).bytesRead;
    if (bytesRead === 0) throw cutShort(path, position, to);
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Reads into a buffer from a place in a file; tells how much there was. */
export async function readAt({ fd }: OpenFile, buffer: Buffer, position: number): Promise<number> {
  return (await readFile(fd, buffer, 0, buffer.length, position)).bytesRead;
}

const readFile = promisify(read);

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
