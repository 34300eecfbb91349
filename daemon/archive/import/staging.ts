import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ReeveError } from '../../../protocol/errors.ts';
import { syncFolder } from '../sync-folder.ts';

/** Begins with a dot, which no project id does: never taken for a project. */
const PREFIX = '.reeve-import-';

/** Makes the name of a folder to unpack in, beside the projects, and removes those that a crash left behind. */
export async function createStaging(workflowFolder: string): Promise<string> {
  await mkdir(workflowFolder, { recursive: true });
  for (const name of await readdir(workflowFolder)) {
    if (name.startsWith(PREFIX)) await removeStaging(join(workflowFolder, name));
  }
  return join(workflowFolder, `${PREFIX}${randomBytes(8).toString('hex')}`);
}

/** Removes a staging folder; links in it are not followed. */
export async function removeStaging(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** Tells whether a project is here: a folder with a project log. */
export async function hasProject(folder: string): Promise<boolean> {
  return (await lstat(join(folder, 'events.jsonl')).catch(() => null)) !== null;
}

/**
 * Gives an unpacked project its place, durably.
 *
 * An empty folder may be there, with an empty inbox in it: made for packs to come.
 *
 * @throws ReeveError ARCHIVE_CONFLICT when anything else is there
 */
export async function claimPlace(staging: string, folder: string): Promise<void> {
  await removeEmpty(join(folder, 'inbox'));
  await removeEmpty(folder);
  if ((await lstat(folder).catch(() => null)) !== null) throw occupied(folder);
  await rename(staging, folder);
  await syncFolder(dirname(folder));
}

/** A folder with anything in it stays. */
async function removeEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch(() => undefined);
}

function occupied(folder: string): ReeveError {
  return new ReeveError('ARCHIVE_CONFLICT', `${folder} is there already, and is no project.`, {
    hint: 'Move it away, or import under another id: `reeve import --archive FILE --as PROJECT`.',
  });
}
