import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isId } from '../../protocol/ids.ts';

/** Lists the projects of a data root: the folders that hold a project log, sorted. */
export function listProjects(root: string): readonly string[] {
  if (lstatSync(root, { throwIfNoEntry: false }) === undefined) return [];
  // A pack dropped straight into the root has a name that could be a project's.
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isId(entry.name) && hasLog(join(root, entry.name)))
    .map(({ name }) => name)
    .sort();
}

function hasLog(folder: string): boolean {
  return lstatSync(join(folder, 'events.jsonl'), { throwIfNoEntry: false }) !== undefined;
}
