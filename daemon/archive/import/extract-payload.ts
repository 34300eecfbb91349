import { mkdir, open, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ReeveError } from '../../../protocol/errors.ts';
import type { OpenFile } from '../regular-file.ts';
import { syncFolder } from '../sync-folder.ts';
import type { PayloadEntry } from './check-project.ts';
import type { SoundArchive } from './read-archive.ts';
import { unpack } from './unpack.ts';

/**
 * Writes the project of an archive into an empty folder.
 *
 * Threat: the archive may have been changed since it was read: every file is digested again as it is written.
 *
 * @param isDurable whether all of it is on disk afterwards
 * @throws ReeveError ARCHIVE_INVALID, IO_FAILED
 */
export async function extractPayload(
  archive: SoundArchive,
  folder: string,
  isDurable: boolean,
): Promise<void> {
  await assertSpace(archive.payload, folder);
  const folders = new Set([folder]);
  for (const { path } of archive.payload) {
    const parts = path.split('/');
    for (let depth = 1; depth < parts.length; depth += 1) folders.add(join(folder, ...parts.slice(0, depth)));
  }
  for (const each of folders) await mkdir(each, { recursive: true });
  await extractAll(archive, folder, isDurable);
  if (!isDurable) return;
  for (const each of folders) await syncFolder(each);
}

/** Waiting for the disk takes most of the time, so several files wait together. */
const AT_ONCE = 8;

async function extractAll(archive: SoundArchive, folder: string, isDurable: boolean): Promise<void> {
  const queue = archive.payload.values();
  let hasFailed = false;
  const extractors = Array.from({ length: AT_ONCE }, async () => {
    for (const each of queue) {
      // None goes on writing while the folder is being removed.
      if (hasFailed) return;
      await extract(archive.file, each, join(folder, ...each.path.split('/')), isDurable).catch(
        (error: unknown) => {
          hasFailed = true;
          throw error;
        },
      );
    }
  });
  const results = await Promise.allSettled(extractors);
  for (const result of results) if (result.status === 'rejected') throw toError(result.reason);
}

async function extract(
  archive: OpenFile,
  payload: PayloadEntry,
  path: string,
  isDurable: boolean,
): Promise<void> {
  const file = await open(path, 'wx', 0o644);
  try {
    const result = await unpack(archive, payload.entry, (chunk) => file.writeFile(chunk));
    if (!('sha256' in result) || result.sha256 !== payload.sha256) {
      throw new ReeveError('ARCHIVE_INVALID', `The archive changed while it was read, at ${payload.path}.`);
    }
    if (isDurable) await file.sync();
  } finally {
    await file.close();
  }
}

/** Told before a byte is written rather than after a hundred gigabytes. */
async function assertSpace(payload: readonly PayloadEntry[], folder: string): Promise<void> {
  const needed = payload.reduce((sum, { entry }) => sum + entry.bytes, 0);
  const { bavail, bsize } = await statfs(dirname(folder));
  if (needed <= bavail * bsize) return;
  throw new ReeveError('IO_FAILED', `The project takes ${needed} bytes, but ${bavail * bsize} are free.`, {
    hint: `Make room where ${dirname(folder)} is.`,
  });
}

function toError(error: unknown): unknown {
  if (error instanceof ReeveError) return error;
  return new ReeveError('IO_FAILED', `The archive cannot be unpacked: ${String(error)}.`, {
    cause: error,
    hint: 'Check the free space, and that the file system can hold all names in the archive.',
  });
}
