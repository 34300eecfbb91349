import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ReeveError } from '../../../protocol/errors.ts';
import { isLog } from '../project-layout.ts';
import { listHeads, readProjectLog } from '../project-log.ts';
import { openRegularFile, readChunks } from '../regular-file.ts';
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
 * project log alone may have gone on: exports, imports and starts of the daemon are recorded there.
 */
export async function compareProject(archive: SoundArchive, folder: string): Promise<Comparison> {
  let result: Comparison = { relation: 'identical' };
  for (const payload of archive.payload) {
    const relation = await compareFile(archive, payload, folder);
    const { path } = payload;
    if (relation === 'same' || (relation === 'longer' && path === 'events.jsonl')) continue;
    const next = relation === 'longer' ? 'ahead' : relation === 'shorter' ? 'behind' : 'diverged';
    if (next === 'diverged') return { relation: next, path };
    if (result.relation !== 'identical' && result.relation !== next) return { relation: 'diverged', path };
    result = { relation: next, path };
  }
  if (result.relation !== 'identical' || (await hasSameHeads(archive, folder))) return result;
  return { relation: 'ahead', path: 'events.jsonl' };
}

/** How a file here relates to that of the archive; one that is missing here is shorter. */
type FileRelation = 'same' | 'longer' | 'shorter' | 'other';

async function compareFile(
  archive: SoundArchive,
  payload: PayloadEntry,
  folder: string,
): Promise<FileRelation> {
  const { path, entry, sha256 } = payload;
  const source = join(folder, ...path.split('/'));
  const opened = await openRegularFile(source).catch((error: unknown) => {
    if (error instanceof ReeveError && error.code === 'NOT_FOUND') return null;
    throw error;
  });
  if (opened === null) return 'shorter';
  const { handle, bytes } = opened;
  try {
    if (bytes !== entry.bytes && !isLog(path)) return 'other';
    const common = Math.min(bytes, entry.bytes);
    const here = await digestOf(readChunks(handle, source, { to: common }), common);
    const there = common === entry.bytes ? sha256 : await digestOf(readContent(archive.file, entry), common);
    if (here !== there) return 'other';
    return bytes === entry.bytes ? 'same' : bytes > entry.bytes ? 'longer' : 'shorter';
  } finally {
    await handle.close();
  }
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
  const path = join(folder, 'events.jsonl');
  const { handle, bytes } = await openRegularFile(path);
  try {
    const log = await readProjectLog(readChunks(handle, path, { to: bytes }), path);
    return JSON.stringify(listHeads(log)) === JSON.stringify(listHeads(archive.log));
  } finally {
    await handle.close();
  }
}
