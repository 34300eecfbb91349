import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** A regular file as it was read: its SHA-256 in lowercase hexadecimal, size and mode. */
export interface HashedFile {
  readonly sha256: string;
  readonly bytes: number;
  readonly mode: number;
}

/**
 * Hashes a regular file; undefined when it is anything else. Every chunk read is handed to `onChunk` as well.
 *
 * @throws the system's error when it cannot be opened; `ELOOP` for a link
 */
export async function hashFile(
  path: string,
  onChunk?: (chunk: Buffer) => Promise<void>,
): Promise<HashedFile | undefined> {
  const opened = await openRegular(path);
  if (opened === undefined) return undefined;
  const { handle, mode } = opened;
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(64 * 1024);
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return { sha256: hash.digest('hex'), bytes, mode };
      const chunk = buffer.subarray(0, bytesRead);
      hash.update(chunk);
      bytes += bytesRead;
      await onChunk?.(chunk);
    }
  } finally {
    await handle.close();
  }
}

/**
 * Opens a regular file for reading; undefined when it is anything else.
 *
 * Threat: the last component may be a link that leads elsewhere, or a pipe that would block for ever.
 */
async function openRegular(
  path: string,
): Promise<{ readonly handle: FileHandle; readonly mode: number } | undefined> {
  // Windows knows neither flag; there they are 0 or undefined, and links need a privilege to be made.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const handle = await open(path, flags);
  const stats = await handle.stat();
  if (stats.isFile()) return { handle, mode: stats.mode };
  await handle.close();
  return undefined;
}
