import { realpath } from 'node:fs/promises';
import { fromFdPromise } from 'yauzl';
import { ReeveError } from '../../../protocol/errors.ts';
import { BAG } from '../bag-files.ts';
import type { Disclosure } from '../../../protocol/disclosure.ts';
import { parseSignedCheckpoint } from '../../../protocol/checkpoint.ts';
import { CHECKPOINT, PROJECT_LOG } from '../project-layout.ts';
import { readProjectLog, type ProjectLog } from '../project-log.ts';
import { openRegularFile, type OpenFile } from '../regular-file.ts';
import type { LocatedEntry } from './archive-entry.ts';
import { checkAttestation } from './check-attestation.ts';
import { archiveIdOf, checkBag } from './check-bag.ts';
import { checkDisclosure, readDisclosure } from './check-disclosure.ts';
import { checkInfo } from './check-info.ts';
import { checkLayout } from './check-layout.ts';
import { checkNames } from './check-names.ts';
import { checkProject, type PayloadEntry } from './check-project.ts';
import { checkSeal } from './check-seal.ts';
import { readDirectoryPlace } from './end-record.ts';
import { listEntries } from './list-entries.ts';
import type { ArchiveLimits } from './limits.ts';
import { below, type Problems } from './problems.ts';
import { unpackBag } from './unpack-bag.ts';
import { readContent } from './unpack.ts';

/** An archive in which everything fits together; its ledger is not verified yet. */
export interface SoundArchive {
  readonly file: OpenFile;
  /** Size of the zip file. */
  readonly bytes: number;
  readonly archive_id: string;
  readonly project_id: string;
  readonly payload: readonly PayloadEntry[];
  readonly log: ProjectLog;
  /** What is left out and withheld; null for a whole project. */
  readonly disclosure: Disclosure | null;
  /** Whether the end of its log is signed. */
  readonly is_signed: boolean;
  /** Whether the files beside the project are signed; null where there is no key that could have signed them. */
  readonly is_attested: boolean | null;
}

/**
 * Opens an archive, for as long as `use` takes.
 *
 * @throws ReeveError NOT_FOUND, IO_FAILED
 */
export async function withArchiveFile<Result>(
  path: string,
  use: (file: OpenFile, bytes: number) => Promise<Result>,
): Promise<Result> {
  // The user may name a link; what it leads to must be a file.
  const file = openRegularFile(await realpath(path).catch(() => path));
  try {
    return await use(file, file.bytes);
  } finally {
    file.close();
  }
}

/**
 * Reads an archive completely and writes nothing.
 *
 * ```
 * the zip: end → directory → each name, type, size → local headers, gaps, overlaps
 *   → its content: sizes, checksums, digests → the bag: manifests → the project: layout, heads
 *   → who signed it, and what it says it leaves out
 * ```
 *
 * Each stage tells all its problems, and the next needs it to have none: nothing is unpacked by a directory that lies.
 *
 * @returns null when there are problems, unless they are all losses: what is left can still be verified
 */
export async function readArchive(
  file: OpenFile,
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
  const disclosure = readDisclosure(bag, inside);
  const checkpoint = await readCheckpoint(file, payload);
  const log = await readLog(file, payload, checkpoint, inside);
  if (log === null || archive_id === null) return null;
  checkInfo(zip.top, bag, payload, log, disclosure, inside);
  if (disclosure !== null) checkDisclosure(disclosure, payload, log, inside);
  checkSeal(bag, checkpoint, log, inside);
  const is_attested = checkAttestation(bag, zip.top, log, inside);
  if (problems.count() > problems.losses()) return null;
  const found = { archive_id, project_id: zip.top, payload, log, disclosure };
  return { file, bytes, ...found, is_signed: checkpoint !== null, is_attested };
}

async function readZip(
  file: OpenFile,
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

/** Far above what a checkpoint with all its signatures takes. */
const MAX_CHECKPOINT_BYTES = 16_384;

async function readCheckpoint(file: OpenFile, payload: readonly PayloadEntry[]): Promise<string | null> {
  const found = payload.find(({ path }) => path === CHECKPOINT);
  if (found === undefined) return null;
  if (found.entry.bytes > MAX_CHECKPOINT_BYTES) return '';
  const chunks: Buffer[] = [];
  for await (const chunk of readContent(file, found.entry)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

async function readLog(
  file: OpenFile,
  payload: readonly PayloadEntry[],
  checkpoint: string | null,
  problems: Problems,
): Promise<ProjectLog | null> {
  const found = payload.find(({ path }) => path === PROJECT_LOG);
  if (found === undefined) {
    problems.addLoss(BAG.payload + PROJECT_LOG, 'it is missing: without a project log there is no project');
    return null;
  }
  try {
    const size = checkpoint === null ? undefined : parseSignedCheckpoint(checkpoint)?.size;
    return await readProjectLog(readContent(file, found.entry), found.path, {
      sizes: size === undefined ? [] : [size],
    });
  } catch (error) {
    if (!(error instanceof ReeveError) || error.code !== 'LEDGER_DAMAGED') throw error;
    problems.add(`${BAG.payload}events.jsonl`, error.message);
    return null;
  }
}
