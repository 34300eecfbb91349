import { realpath, type FileHandle } from 'node:fs/promises';
import { fromFdPromise } from 'yauzl';
import { ReeveError } from '../../../protocol/errors.ts';
import { BAG } from '../bag-files.ts';
import { readProjectLog, type ProjectLog } from '../project-log.ts';
import { openRegularFile } from '../regular-file.ts';
import type { LocatedEntry } from './archive-entry.ts';
import { archiveIdOf, checkBag } from './check-bag.ts';
import { checkInfo } from './check-info.ts';
import { checkLayout } from './check-layout.ts';
import { checkNames } from './check-names.ts';
import { checkProject, type PayloadEntry } from './check-project.ts';
import { readDirectoryPlace } from './end-record.ts';
import { listEntries } from './list-entries.ts';
import type { ArchiveLimits } from './limits.ts';
import { below, type Problems } from './problems.ts';
import { unpackBag } from './unpack-bag.ts';
import { readContent } from './unpack.ts';

/** An archive in which everything fits together; its ledger is not verified yet. */
export interface SoundArchive {
  readonly file: FileHandle;
  /** Size of the zip file. */
  readonly bytes: number;
  readonly archive_id: string;
  readonly project_id: string;
  readonly payload: readonly PayloadEntry[];
  readonly log: ProjectLog;
}

/**
 * Opens an archive, for as long as `use` takes.
 *
 * @throws ReeveError NOT_FOUND, IO_FAILED
 */
export async function withArchiveFile<Result>(
  path: string,
  use: (file: FileHandle, bytes: number) => Promise<Result>,
): Promise<Result> {
  // The user may name a link; what it leads to must be a file.
  const { handle, bytes } = await openRegularFile(await realpath(path).catch(() => path));
  try {
    return await use(handle, bytes);
  } finally {
    await handle.close();
  }
}

/**
 * Reads an archive completely and writes nothing.
 *
 * ```
 * the zip: end → directory → each name, type, size → local headers, gaps, overlaps
 *   → its content: sizes, checksums, digests → the bag: manifests → the project: layout, heads
 * ```
 *
 * Each stage tells all its problems, and the next needs it to have none: nothing is unpacked by a directory that lies.
 *
 * @returns null when there are problems
 */
export async function readArchive(
  file: FileHandle,
  bytes: number,
  limits: ArchiveLimits,
  problems: Problems,
): Promise<SoundArchive | null> {
  const zip = await readZip(file, bytes, limits, problems);
  if (zip === null) return null;
  const bag = await unpackBag(file, zip.top, zip.entries, limits, problems);
  if (problems.count() > 0) return null;
  const inside = below(problems, zip.top);
  checkBag(bag, inside);
  const payload = checkProject(bag, inside);
  const archive_id = archiveIdOf(bag);
  const log = await readLog(file, payload, inside);
  if (log === null || archive_id === null) return null;
  checkInfo(zip.top, bag, payload, log, inside);
  return problems.count() > 0 ? null : { file, bytes, archive_id, project_id: zip.top, payload, log };
}

async function readZip(
  file: FileHandle,
  bytes: number,
  limits: ArchiveLimits,
  problems: Problems,
): Promise<{ readonly top: string; readonly entries: readonly LocatedEntry[] } | null> {
  const place = await readDirectoryPlace(file, bytes);
  if (typeof place === 'string') {
    problems.add(null, place);
    return null;
  }
  // Never closed: it would close the file, which is not its own.
  const zip = await fromFdPromise(file.fd, { decodeStrings: false, validateEntrySizes: false }).catch(
    () => null,
  );
  if (zip === null) {
    problems.add(null, 'its end cannot be read');
    return null;
  }
  const entries = await listEntries(zip, place, limits, problems);
  const top = entries.length === place.entries ? checkNames(entries, problems) : null;
  if (top === null) return null;
  const located = await checkLayout(zip, file, entries, place.offset, problems);
  return problems.count() > 0 ? null : { top, entries: located };
}

async function readLog(
  file: FileHandle,
  payload: readonly PayloadEntry[],
  problems: Problems,
): Promise<ProjectLog | null> {
  const found = payload.find(({ path }) => path === 'events.jsonl');
  if (found === undefined) {
    problems.add(`${BAG.payload}events.jsonl`, 'it is missing: without a project log there is no project');
    return null;
  }
  try {
    return await readProjectLog(readContent(file, found.entry), found.path);
  } catch (error) {
    if (!(error instanceof ReeveError) || error.code !== 'LEDGER_DAMAGED') throw error;
    problems.add(`${BAG.payload}events.jsonl`, error.message);
    return null;
  }
}
