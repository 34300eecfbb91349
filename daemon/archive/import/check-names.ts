import { isId } from '../../../protocol/ids.ts';
import { foldName, originalPath } from '../portable-name.ts';
import type { ArchiveEntry } from './archive-entry.ts';
import type { Problems } from './problems.ts';

/**
 * Checks every name: a relative path below one folder named like a project, usable and unambiguous on every system.
 *
 * Threat: a name that leaves the folder; two names that become one file, so that what was verified is not what lies
 * there afterwards.
 *
 * @returns the name of the top folder; null when there is not exactly one
 */
export function checkNames(entries: readonly ArchiveEntry[], problems: Problems): string | null {
  const taken = new Map<string, Place>();
  const tops = new Set<string>();
  for (const { name, isFolder } of entries) {
    const path = isFolder ? name.slice(0, -1) : name;
    const fault = findNameFault(path);
    if (fault !== null) {
      problems.add(name, fault);
      continue;
    }
    tops.add(path.split('/', 1).join());
    if (!isFolder && !path.includes('/')) problems.add(name, 'it lies outside the top folder');
    const collision = place(taken, path, isFolder);
    if (collision !== null) problems.add(name, collision);
  }
  const [top] = tops;
  if (top !== undefined && tops.size === 1 && isId(top)) return top;
  problems.add(null, 'it does not hold exactly one top folder, named like a project');
  return null;
}

interface Place {
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'implied';
}

/** Far above what any system unpacks; Reeve's own names stay below. */
const MAX_NAME_BYTES = 16_384;

/** Threat: Windows finds these devices behind any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\.|$)/i;

/** Each fault of a path, the gravest first. */
const FAULTS: readonly (readonly [isFaulty: (path: string) => boolean, fault: string])[] = [
  [(path) => path === '', 'its name is empty'],
  [
    (path) => /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/u.test(path),
    'its name holds an invisible character',
  ],
  [(path) => path.includes('\\'), 'its name holds a backslash'],
  [(path) => path.startsWith('/'), 'its name is absolute'],
  [(path) => /^[a-z]:/i.test(path), 'its name begins with a drive'],
  [(path) => path.split('/').includes('..'), 'its name climbs out with ".."'],
  [(path) => path.split('/').some((part) => part === '' || part === '.'), 'its name has an empty part'],
  [(path) => path.includes(':'), 'its name holds a colon, which names a hidden stream on Windows'],
  [(path) => /["*<>?|]/.test(path), 'its name holds a character that Windows refuses'],
  [(path) => path.split('/').some((part) => DEVICE.test(part)), 'its name is that of a device on Windows'],
  [
    (path) => path.split('/').some((part) => /[. ]$/.test(part)),
    'its name ends with a dot or a space, which Windows drops',
  ],
  [(path) => path.split('/').some((part) => Buffer.byteLength(part) > 255), 'a part of its name is too long'],
  [(path) => Buffer.byteLength(path) > MAX_NAME_BYTES, 'its name is too long'],
  [(path) => originalPath(path) === null, 'its name holds an escape that Reeve does not write'],
];

function findNameFault(path: string): string | null {
  return FAULTS.find(([isFaulty]) => isFaulty(path))?.[1] ?? null;
}

/** Takes a path and the folders above it, or tells whose place it would take. */
function place(taken: Map<string, Place>, path: string, isFolder: boolean): string | null {
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    const folder = path.slice(0, slash);
    const there = take(taken, { path: folder, kind: 'implied' });
    if (there !== null) return collisionOf(folder, there);
  }
  const there = take(taken, { path, kind: isFolder ? 'folder' : 'file' });
  return there === null ? null : collisionOf(path, there);
}

/** Puts a path into its place; answers what is there already, if the two cannot share it. */
function take(taken: Map<string, Place>, next: Place): Place | null {
  const key = foldName(next.path);
  const there = taken.get(key);
  if (there === undefined) {
    taken.set(key, next);
    return null;
  }
  const canShare = there.path === next.path && (there.kind === 'implied' || next.kind === 'implied');
  if (!canShare || there.kind === 'file' || next.kind === 'file') return there;
  if (next.kind === 'folder') taken.set(key, next);
  return null;
}

function collisionOf(path: string, there: Place): string {
  if (there.path !== path)
    return `its name differs only in case or Unicode form from ${JSON.stringify(there.path)}`;
  return there.kind === 'file' ? 'it is there twice' : 'it is there as a file and as a folder, or twice';
}
