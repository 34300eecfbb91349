import { existsSync, lstatSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { formatCheckpoint, logIdOf, parseCheckpoint, type Checkpoint } from '../../protocol/checkpoint.ts';
import { sha256Hex } from '../../protocol/digest.ts';
import { ReeveError } from '../../protocol/errors.ts';

/** The newest checkpoint of a project that this user's machine has seen, at one path: a copy elsewhere is no fork. */
export interface SeenCheckpoint extends Checkpoint {
  /** Real path of the project's folder. */
  readonly project_folder: string;
  /** The key that signed it. */
  readonly key_id: string;
  /** RFC 3339. */
  readonly time: string;
}

/**
 * Reads what was seen of a log at the path of this project; null when nothing was.
 *
 * @throws ReeveError IO_FAILED when the file cannot be read or holds something else
 */
export function readSeen(userState: string, logId: string, projectFolder: string): SeenCheckpoint | null {
  return readEntry(seenFile(userState, logId, projectFolder));
}

/**
 * Reads what was seen of a log at paths where there is no project any more: it was moved.
 *
 * @throws ReeveError as {@link readSeen}
 */
export function listMovedSeen(userState: string, logId: string): readonly SeenCheckpoint[] {
  const entries = readEntries(userState, (name) => name.startsWith(`${logId}-`));
  return entries.filter(({ project_folder }) => !existsSync(project_folder));
}

/**
 * Reads what was seen of other logs at the path of this project: another ledger took their place.
 *
 * @throws ReeveError as {@link readSeen}
 */
export function listReplacedSeen(
  userState: string,
  logId: string,
  projectFolder: string,
): readonly SeenCheckpoint[] {
  const place = placeOf(projectFolder);
  return readEntries(userState, (name) => name.endsWith(`-${place}.json`) && !name.startsWith(`${logId}-`));
}

/** Lists the projects of a data root that something was seen of, whether or not they are still there. */
export function listSeenProjects(userState: string, workflow: string): readonly string[] {
  const root = realPath(workflow);
  const folders = entryFiles(userState, () => true).flatMap((file) => {
    try {
      return readEntry(file)?.project_folder ?? [];
    } catch {
      // It may be about a project elsewhere; for one that is here it is told where its anchors are read.
      return [];
    }
  });
  return [...new Set(folders.filter((folder) => dirname(folder) === root).map((folder) => basename(folder)))];
}

/** What a log must continue at this path: what was seen of it here, else where it was before it was moved. */
export function findSeen(userState: string, logId: string, projectFolder: string): readonly SeenCheckpoint[] {
  const here = readSeen(userState, logId, projectFolder);
  return here === null ? listMovedSeen(userState, logId) : [here];
}

/** Replaces what was seen of a log at a path; a crash leaves the old entry or the new one. */
export async function writeSeen(userState: string, seen: SeenCheckpoint): Promise<void> {
  const file = seenFile(userState, logIdOf(seen.origin), seen.project_folder);
  const { origin, size, root, key_id, time } = seen;
  const project_folder = realPath(seen.project_folder);
  const entry = { v: 1, project_folder, origin, size, root, key_id, time };
  await replaceFile(file, `${JSON.stringify(entry, null, 2)}\n`);
}

/** Forgets all that was seen elsewhere of this log, and here of others: a person accepted that this one is here now. */
export async function forgetOtherSeen(
  userState: string,
  logId: string,
  projectFolder: string,
): Promise<void> {
  const others = [...listMovedSeen(userState, logId), ...listReplacedSeen(userState, logId, projectFolder)];
  for (const { origin, project_folder } of others)
    await rm(seenFile(userState, logIdOf(origin), project_folder), { force: true });
}

function seenFolder(userState: string): string {
  return join(userState, 'seen');
}

function seenFile(userState: string, logId: string, projectFolder: string): string {
  return join(seenFolder(userState), `${logId}-${placeOf(projectFolder)}.json`);
}

function placeOf(projectFolder: string): string {
  return sha256Hex(realPath(projectFolder)).slice(0, 16);
}

/** One folder has one name here, through whatever links it is reached. */
function realPath(folder: string): string {
  return existsSync(folder) ? realpathSync.native(folder) : resolve(folder);
}

function readEntries(userState: string, isWanted: (name: string) => boolean): readonly SeenCheckpoint[] {
  return entryFiles(userState, isWanted).flatMap((file) => readEntry(file) ?? []);
}

function entryFiles(userState: string, isWanted: (name: string) => boolean): readonly string[] {
  const folder = seenFolder(userState);
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  const names = readdirSync(folder).filter((name) => !name.startsWith('.') && name.endsWith('.json'));
  return names
    .filter(isWanted)
    .sort()
    .map((name) => join(folder, name));
}

function readEntry(file: string): SeenCheckpoint | null {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  const entry = stats.isFile() && stats.size <= MAX_BYTES ? parseEntry(readFileSync(file, 'utf8')) : null;
  if (entry !== null && basename(file).startsWith(`${logIdOf(entry.origin)}-`)) return entry;
  throw new ReeveError('IO_FAILED', `${file} does not say what was seen of a ledger.`, {
    hint: 'Put it back from a copy, or remove it: what it vouched for is then no longer checked.',
  });
}

const MAX_BYTES = 65_536;

function parseEntry(text: string): SeenCheckpoint | null {
  let entry: unknown;
  try {
    entry = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof entry !== 'object' || entry === null) return null;
  const { v, project_folder, origin, size, root, key_id, time } = entry as Readonly<Record<string, unknown>>;
  if (v !== 1 || typeof project_folder !== 'string' || typeof key_id !== 'string' || typeof time !== 'string')
    return null;
  const checkpoint = parseCheckpoint(
    formatCheckpoint({ origin: String(origin), size: Number(size), root: String(root) }),
  );
  return checkpoint === null ? null : { ...checkpoint, project_folder, key_id, time };
}

async function replaceFile(file: string, text: string): Promise<void> {
  const folder = dirname(file);
  const temporary = join(folder, `.${basename(file)}.tmp`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await rm(temporary, { force: true });
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}
