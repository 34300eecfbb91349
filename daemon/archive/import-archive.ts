import { join } from 'node:path';
import type { Disclosure } from '../../protocol/disclosure.ts';
import { ReeveError } from '../../protocol/errors.ts';
import { isId } from '../../protocol/ids.ts';
import type { ImportAnswer } from '../ports/services.ts';
import { compareProject, type Comparison } from './import/compare-project.ts';
import { extractPayload } from './import/extract-payload.ts';
import { DEFAULT_LIMITS, type ArchiveLimits } from './import/limits.ts';
import { createProblems, type Problems } from './import/problems.ts';
import { readArchive, withArchiveFile, type SoundArchive } from './import/read-archive.ts';
import { claimPlace, createStaging, hasProject, removeStaging } from './import/staging.ts';
import { listHeads } from './project-log.ts';
import type { FolderReport, VerifyFolder } from './verify-archive.ts';

export interface ImportOptions {
  /** Path of the archive. */
  readonly file: string;
  /** Absolute path of the data root: the folder of all projects. */
  readonly workflowFolder: string;
  /** The project's id here; null: the one it was exported with. */
  readonly as: string | null;
  /** Verifies the ledger of the unpacked project, before it takes its place. */
  readonly verify: VerifyFolder<FolderReport>;
  /**
   * Begins to bring an older copy of the same project forward: gives the folder to lay the newer one in, and puts it in
   * its place. Default: an older copy is refused.
   */
  readonly fastForward?: BeginFastForward | null;
  readonly limits?: Partial<ArchiveLimits>;
}

/** Begins to replace a project by a newer copy. @param projectFolder absolute path */
export type BeginFastForward = (projectFolder: string) => NewerCopy;

interface NewerCopy {
  /** Where its files are laid; to be made. */
  readonly folder: string;
  /** Puts them in their places, durably. */
  commit(): void;
  cancel(): void;
}

/**
 * Takes a project from an archive, whole or not at all; its logs are never rewritten.
 *
 * ```
 * read and check all of the archive → staging folder → unpack, fsync → verify the ledger → rename → fsync
 * ```
 *
 * Nothing is written before the archive is found sound. A folder that a crash left behind is removed by the next
 * import. A project that is here already is compared: identical is an answer, and one that the archive continues is
 * brought forward if that is wanted; anything else is refused. Call it under the ledger's lock; the caller records the
 * import in the project log.
 *
 * @throws ReeveError ARCHIVE_INVALID with all problems in `details`; ARCHIVE_CONFLICT; USAGE for a bad project id;
 *   NOT_FOUND; IO_FAILED
 */
export async function importArchive(options: ImportOptions): Promise<ImportAnswer> {
  const { file: path, workflowFolder, as, limits } = options;
  if (as !== null && !isId(as)) throw badId(as);
  return await withArchiveFile(path, async (file, bytes) => {
    const problems = createProblems();
    const archive = await readArchive(file, bytes, { ...DEFAULT_LIMITS, ...limits }, problems);
    if (archive === null || problems.count() > 0) throw invalid(path, problems);
    if (archive.disclosure !== null) throw incomplete(path, archive.disclosure);
    const project_id = as ?? archive.project_id;
    const outcome = await take(archive, join(workflowFolder, project_id), options);
    return {
      project_id,
      from_project_id: archive.project_id,
      archive_id: archive.archive_id,
      outcome,
      heads: listHeads(archive.log),
    };
  });
}

async function take(
  archive: SoundArchive,
  folder: string,
  { file, workflowFolder, verify, fastForward = null }: ImportOptions,
): Promise<ImportAnswer['outcome']> {
  if (await hasProject(folder)) {
    const comparison = await compareProject(archive, folder);
    if (comparison.relation === 'identical') return 'identical';
    if (comparison.relation !== 'behind' || fastForward === null) throw conflict(folder, comparison);
    await replace(archive, fastForward(folder), file, verify);
    return 'fast_forwarded';
  }
  const staging = await createStaging(workflowFolder);
  try {
    await extractPayload(archive, staging, true);
    await assertVerified(staging, file, verify);
    await claimPlace(staging, folder);
    return 'imported';
  } catch (error) {
    await removeStaging(staging);
    throw error;
  }
}

async function replace(
  archive: SoundArchive,
  newer: NewerCopy,
  file: string,
  verify: VerifyFolder<FolderReport>,
): Promise<void> {
  try {
    await extractPayload(archive, newer.folder, true);
    await assertVerified(newer.folder, file, verify);
  } catch (error) {
    newer.cancel();
    throw error;
  }
  newer.commit();
}

async function assertVerified(
  folder: string,
  file: string,
  verify: VerifyFolder<FolderReport>,
): Promise<void> {
  const report = await verify(folder, null);
  if (report.faults.length > 0) throw notVerified(file, report);
}

function badId(as: string): ReeveError {
  return new ReeveError('USAGE', `${JSON.stringify(as)} cannot name a project.`, {
    hint: 'An id is letters, digits, dots, dashes and underscores, and begins with a letter or a digit.',
  });
}

/** How many problems the message itself tells. */
const MAX_TOLD = 5;

function invalid(path: string, problems: Problems): ReeveError {
  const told = problems
    .list()
    .slice(0, MAX_TOLD)
    .map(({ entry, problem }) => (entry === null ? problem : `${JSON.stringify(entry)}: ${problem}`));
  const more = problems.count() - told.length;
  const list = [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  return new ReeveError('ARCHIVE_INVALID', `${path} is no sound archive: ${list}.`, {
    hint: 'Nothing was imported. Get the archive again from where it was exported.',
    details: { problems: problems.list(), problem_count: problems.count() },
  });
}

function incomplete(path: string, { tasks, redacted }: Disclosure): ReeveError {
  const left = `${tasks.left_out} tasks left out, ${redacted.length} lines and files withheld`;
  return new ReeveError('ARCHIVE_INVALID', `${path} is only a part of a project: ${left}.`, {
    hint: 'It can be read and verified (`reeve verify --archive FILE`). To import, ask for an export of everything.',
    details: { tasks_left_out: tasks.left_out, redacted: redacted.length },
  });
}

function notVerified(path: string, report: FolderReport): ReeveError {
  return new ReeveError('ARCHIVE_INVALID', `The ledger in ${path} does not verify: ${report.verdict}.`, {
    hint: 'Nothing was imported. `reeve verify --archive FILE` names every line and file concerned.',
    details: { ledger: report },
  });
}

function conflict(
  folder: string,
  comparison: Exclude<Comparison, { readonly relation: 'identical' }>,
): ReeveError {
  const { relation, path } = comparison;
  const what = {
    ahead: 'has gone on since the archive was made',
    behind: 'is older than the archive',
    diverged: 'is another than the one in the archive',
  }[relation];
  const forward = {
    ahead: 'Import',
    behind: 'Bring it forward: add `--fast-forward`. Or import',
    diverged: `${OWN_LINES} Remove it first, or import`,
  }[relation];
  return new ReeveError('ARCHIVE_CONFLICT', `The project ${folder} ${what}: ${path} differs.`, {
    hint: `Projects are never merged. ${forward} it under another id: \`reeve import --archive FILE --as PROJECT\`.`,
    details: { relation, path },
  });
}

const OWN_LINES =
  'One that was imported (`archive.imported`), or that a daemon was started on, has lines of its own and cannot be brought forward.';
