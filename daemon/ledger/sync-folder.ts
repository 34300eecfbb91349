import { closeSync, fsync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes the entries of a folder durable, then those of the folders above it, `count` in all.
 *
 * A file that was synced is still lost in a crash when its name was not.
 */
export function syncFolders(count: number, folder: string, done: (error: Error | null) => void): void {
  if (count === 0 || !CAN_SYNC_FOLDERS) {
    done(null);
    return;
  }
  let fd: number;
  try {
    fd = openSync(folder, 'r');
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  fsync(fd, (error) => {
    closeSync(fd);
    if (error === null) syncFolders(count - 1, dirname(folder), done);
    else done(error);
  });
}

/** Makes the entries of one folder durable before it returns. */
export function syncFolder(folder: string): void {
  if (!CAN_SYNC_FOLDERS) return;
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Windows opens no folders; its file systems keep names in a journal. */
const CAN_SYNC_FOLDERS = process.platform !== 'win32';
