import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isId } from '../../protocol/ids.ts';

/** A folder packs may be dropped into, and the project they then belong to. */
export interface InboxFolder {
  readonly folder: string;
  readonly projectId: string;
}

/** Names an editor or a copy in progress leaves: never a pack. */
const PASSING = /^\.|~$|\.(tmp|swp|swx|part|partial|crdownload)$/i;

/** Tells whether a name in an inbox can be a pack. */
export function isDropName(name: string): boolean {
  return name.toLowerCase().endsWith('.json') && !PASSING.test(name);
}

/** The folders packs may be dropped into: `workflow/` itself for the default project, and every `<project>/inbox/`. */
export async function inboxFolders(
  workflow: string,
  defaultProject: string,
): Promise<readonly InboxFolder[]> {
  const entries = await readdir(workflow, { withFileTypes: true }).catch(() => []);
  const projects = entries
    .filter((entry) => entry.isDirectory() && isId(entry.name))
    .map((entry) => entry.name);
  return [
    { folder: workflow, projectId: defaultProject },
    ...projects.map((projectId) => ({ folder: join(workflow, projectId, 'inbox'), projectId })),
  ];
}

/** What lies in an inbox and may be a pack, by name. */
export async function listDrops(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter(isDropName).toSorted();
}
