import { isId } from '../../../protocol/ids.ts';
import { BAG } from '../bag-files.ts';
import { isPortablePath, originalPath } from '../portable-name.ts';
import { attemptOf, isArchivedFile } from '../project-layout.ts';
import type { LocatedEntry } from './archive-entry.ts';
import type { Problems } from './problems.ts';
import type { UnpackedBag } from './unpack-bag.ts';

/** A file of the archived project. */
export interface PayloadEntry {
  /** Relative to the project folder, as it was named there. */
  readonly path: string;
  readonly sha256: string;
  readonly entry: LocatedEntry;
}

/** Checks that the payload is a project and nothing besides, and finds the original name of each file. */
export function checkProject(bag: UnpackedBag, problems: Problems): readonly PayloadEntry[] {
  const payload = new Map<string, PayloadEntry>();
  for (const [name, entry] of bag.entries) {
    if (!name.startsWith(BAG.payload)) continue;
    const path = originalPath(name.slice(BAG.payload.length));
    const fault = path === null ? 'its name is no path' : findPathFault(path);
    if (path === null || fault !== null) problems.add(name, fault ?? '');
    else if (payload.has(path)) problems.add(name, 'another entry spells the same name');
    else payload.set(path, { path, sha256: bag.digests.get(name) ?? '', entry });
  }
  return [...payload.values()];
}

function findPathFault(path: string): string | null {
  if (!isArchivedFile(path)) return 'it is no part of a project';
  const place = attemptOf(path);
  if (place !== null && !isId(place.taskId)) return 'its folder cannot be that of a task';
  if (process.platform === 'win32' && !isPortablePath(path))
    return 'this system cannot hold a file of its name';
  return null;
}
