import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ReeveError } from '../../../protocol/errors.ts';
import { CHECKPOINT, isLog, PROJECT_LOG, taskLogOf } from '../project-layout.ts';
import { listHeads, readProjectLog } from '../project-log.ts';
import { openRegularFile, readChunks, type ByteRange } from '../regular-file.ts';
import { openTaskLog } from '../task-log-files.ts';
import type { PayloadEntry } from './check-project.ts';
import type { SoundArchive } from './read-archive.ts';
import { readContent } from './unpack.ts';

/** How an existing project relates to an archive, and by which file. */
export type Comparison =
  | { readonly relation: 'identical' }
  /** The project holds all of the archive, and more. */
  | { readonly relation: 'ahead'; readonly path: string }
  /** The archive holds all of the project, and more. */
  | { readonly relation: 'behind'; readonly path: string }
  | { readonly relation: 'diverged'; readonly path: string };

/**
 * Compares a project with an archive, file by file; only reads.
 *
 * They are identical when every archived file is there byte for byte and the tasks stand at the same heads. The
 * project log alone may have gone on: exports, imports and starts of the daemon are recorded there. The logs of tasks
 * are compared whole, in whatever files they are kept; checkpoints, which follow from the project log, are not.
 */
export async function compareProject(archive: SoundArchive, folder: string): Promise<Comparison> {
  let result: Comparison = { relation: 'identical' };
  for (const [path, entries] of groupLogs(archive.payload)) {
    const relation = await compareFile(archive, path, entries, folder);
    if (relation === 'same' || (relation === 'longer' && path === PROJECT_LOG)) continue;
    const next = relation === 'longer' ? 'ahead' : relation === 'shorter' ? 'behind' : 'diverged';
    if (next === 'diverged') return { relation: next, path };
    if (result.relation !== 'identical' && result.relation !== next) return { relation: 'diverged', path };
    result = { relation: next, path };
  }
  if (result.relation !== 'identical' || (await hasSameHeads(archive, folder))) return result;
  return { relation: 'ahead', path: PROJECT_LOG };
}

/** The entries of each file, and of each task's log in order: sealed segments sort before the file that grows. */
function groupLogs(payload: readonly PayloadEntry[]): ReadonlyMap<string, readonly PayloadEntry[]> {
  const groups = new Map<string, PayloadEntry[]>();
  for (const entry of payload) {
    const { path } = entry;
    if (path === CHECKPOINT) continue;
    const [, taskId = ''] = path.split('/');
    const name = isLog(path) && path !== PROJECT_LOG ? taskLogOf(taskId) : path;
    const own = groups.get(name);
    if (own === undefined) groups.set(name, [entry]);
    else own.push(entry);
  }
  for (const own of groups.values()) own.sort((a, b) => (a.path < b.path ? -1 : 1));
  return groups;
}

/** How a file here relates to that of the archive; one that is missing here is shorter. */
type FileRelation = 'same' | 'longer' | 'shorter' | 'other';

/** A file, or a task's log in all of its files, open for reading. */
interface LogOrFile {
  readonly bytes: number;
  read(range: ByteRange): AsyncIterable<Buffer>;
  close(): void;
}

async function compareFile(
  archive: SoundArchive,
  path: string,
  entries: readonly PayloadEntry[],
  folder: string,
): Promise<FileRelation> {
  const here = openIfThere(folder, path);
  if (here === null) return 'shorter';
  try {
    const archived = entries.reduce((sum, { entry }) => sum + entry.bytes, 0);
    if (here.bytes !== archived && !isLog(path)) return 'other';
    const common = Math.min(here.bytes, archived);
    const own = await digestOf(here.read({ to: common }), common);
    const there = await digestOf(readEntries(archive, entries), common);
    if (own !== there) return 'other';
    return here.bytes === archived ? 'same' : here.bytes > archived ? 'longer' : 'shorter';
  } finally {
    here.close();
  }
}

function openIfThere(folder: string, path: string): LogOrFile | null {
  try {
    return openHere(folder, path);
  } catch (error) {
    if (error instanceof ReeveError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

function openHere(folder: string, path: string): LogOrFile {
  if (isLog(path) && path !== PROJECT_LOG) return openTaskLog(join(folder, path, '..'));
  const source = join(folder, ...path.split('/'));
  const file = openRegularFile(source);
  return {
    ...file,
    read: (range) => readChunks(file, source, range),
  };
}

async function* readEntries(
  { file }: SoundArchive,
  entries: readonly PayloadEntry[],
): AsyncGenerator<Buffer, void, undefined> {
  for (const { entry } of entries) yield* readContent(file, entry);
}

async function digestOf(chunks: AsyncIterable<Buffer>, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  let left = bytes;
  for await (const chunk of chunks) {
    hash.update(chunk.subarray(0, left));
    left -= Math.min(left, chunk.length);
    if (left === 0) break;
  }
  return hash.digest('hex');
}

async function hasSameHeads(archive: SoundArchive, folder: string): Promise<boolean> {
  const path = join(folder, PROJECT_LOG);
  const file = openRegularFile(path);
  try {
    const log = await readProjectLog(readChunks(file, path, { to: file.bytes }), path);
    return JSON.stringify(listHeads(log)) === JSON.stringify(listHeads(archive.log));
  } finally {
    file.close();
  }
}
