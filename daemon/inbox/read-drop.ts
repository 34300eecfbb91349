import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';

/** A pack is at most this large; a larger file is refused without being read. */
export const MAX_PACK_BYTES = 1024 * 1024;

/** What lies in an inbox under one name. */
export type Drop =
  | { readonly type: 'gone' }
  | { readonly type: 'not_a_file'; readonly what: string; readonly size: number }
  | { readonly type: 'too_large'; readonly size: number }
  | { readonly type: 'unreadable'; readonly reason: string }
  | { readonly type: 'file'; readonly bytes: Buffer; readonly version: string };

/**
 * Reads a dropped file once, bounded, following no link and waiting for no pipe.
 *
 * `version` changes whenever the file is written to, so that a reader can tell whether it is still growing.
 */
export async function readDrop(path: string): Promise<Drop> {
  const entry = await lstat(path).catch(() => null);
  if (entry === null) return { type: 'gone' };
  if (!entry.isFile()) return { type: 'not_a_file', what: kindOf(entry), size: entry.size };
  if (entry.size > MAX_PACK_BYTES) return { type: 'too_large', size: entry.size };
  // Threat: the entry is swapped for a link or a pipe between the look and the open.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  let handle;
  try {
    handle = await open(path, flags);
  } catch (error) {
    return { type: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
  }
  try {
    const before = await handle.stat();
    if (!before.isFile()) return { type: 'not_a_file', what: kindOf(before), size: before.size };
    const buffer = Buffer.allocUnsafe(Math.min(before.size, MAX_PACK_BYTES) + 1);
    const { bytesRead } = await handle.read(buffer, 0, buffer.byteLength, 0);
    const after = await handle.stat();
    return {
      type: 'file',
      bytes: buffer.subarray(0, bytesRead),
      version: `${after.ino}:${after.size}:${after.mtimeMs}`,
    };
  } finally {
    await handle.close();
  }
}

function kindOf(stats: {
  isSymbolicLink(): boolean;
  isDirectory(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}): string {
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}
