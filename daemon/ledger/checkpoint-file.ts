import { closeSync, constants, readFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import { parseSignedCheckpoint, type SignedCheckpoint } from '../../protocol/checkpoint.ts';
import { damaged } from './damaged.ts';
import { openPlainFile } from './plain-file.ts';

/**
 * Reads the newest signed checkpoint of a project, its signature unchecked; null when there is none.
 *
 * @throws ReeveError LEDGER_DAMAGED when something else stands in its place, IO_FAILED
 */
export function readCheckpointFile(projectFolder: string): SignedCheckpoint | null {
  const path = checkpointFile(projectFolder);
  const text = readSmallFile(path);
  if (text === null) return null;
  const checkpoint = parseSignedCheckpoint(text);
  if (checkpoint === null) throw damaged(path, 'it is no signed checkpoint');
  return checkpoint;
}

/** Replaces the checkpoint of a project; a crash leaves the old one or the new one, each of them true. */
export async function writeCheckpointFile(projectFolder: string, note: string): Promise<void> {
  const temporary = join(projectFolder, '.checkpoint.tmp');
  // Left by a crash. Threat: opened as it is, it could be a link to something else.
  await rm(temporary, { force: true });
  const handle = await open(temporary, 'wx', 0o644);
  try {
    await handle.writeFile(note);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, checkpointFile(projectFolder));
}

function checkpointFile(projectFolder: string): string {
  return join(projectFolder, 'checkpoint');
}

/** More is no checkpoint; the rest need not be read to know it. */
const MAX_BYTES = 16_384;

function readSmallFile(path: string): string | null {
  try {
    const { fd, stats } = openPlainFile(path, constants.O_RDONLY);
    try {
      return stats.size > MAX_BYTES ? '' : readFileSync(fd, 'utf8');
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (error instanceof ReeveError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}
