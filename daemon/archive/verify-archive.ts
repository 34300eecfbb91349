import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatCheckpoint } from '../../protocol/checkpoint.ts';
import type { Disclosure } from '../../protocol/disclosure.ts';
import { worstVerdict, type Verdict } from '../domain/ledger-verdict/verdict.ts';
import type { ImportAnswer } from '../ports/services.ts';
import { extractPayload } from './import/extract-payload.ts';
import { DEFAULT_LIMITS, type ArchiveLimits } from './import/limits.ts';
import { createProblems, type ArchiveProblem, type Problems } from './import/problems.ts';
import { readArchive, withArchiveFile, type SoundArchive } from './import/read-archive.ts';
import { listHeads } from './project-log.ts';

/** What a verification of a project folder answers; faults fail it, anything else does not. */
export interface FolderReport {
  readonly verdict: Verdict;
  readonly faults: readonly unknown[];
}

/** Verifies the ledger in a project folder: `verifyProject` of the ledger, which this folder does not know. */
export type VerifyFolder<Report extends FolderReport> = (
  folder: string,
  /** What is not there, as the archive says; null for a whole project. */
  disclosure: Disclosure | null,
) => Promise<Report>;

export interface VerifyArchiveOptions<Report extends FolderReport> {
  /** Path of the archive. */
  readonly file: string;
  /** Verifies the ledger inside; without it the archive alone is checked. */
  readonly verify?: VerifyFolder<Report>;
  /** Where the project is unpacked for that, and removed again; default: the system's folder for temporary files. */
  readonly scratchFolder?: string;
  readonly limits?: Partial<ArchiveLimits>;
}

/** What is known of an archive. */
export interface ArchiveReport<Report extends FolderReport> {
  readonly archive: string;
  /** Whether nothing is wrong or missing, neither with the archive nor with the ledger inside. */
  readonly ok: boolean;
  /** The worst that the archive and the ledger inside come to; null for a sound archive whose ledger was not verified. */
  readonly verdict: Verdict | null;
  /** Null while there are problems. */
  readonly archive_id: string | null;
  readonly project_id: string | null;
  /** Size of the archive. */
  readonly bytes: number;
  /** Files of the project. */
  readonly files: number;
  /** Of all tasks, also of those that are left out. */
  readonly heads: ImportAnswer['heads'];
  /** What is left out and withheld; null for a whole project, and while there are problems. */
  readonly disclosure: Disclosure | null;
  /** The end of the project log, as the three lines of a checkpoint; null while there are problems. */
  readonly note: string | null;
  /** Whether the archive holds a signed checkpoint. */
  readonly is_signed: boolean;
  /**
   * Whether the files beside the project are signed: report, verifier, manifests. False where the log has keys and there
   * is no statement, so that anyone could have changed them; null without a key, and while there are problems.
   */
  readonly is_attested: boolean | null;
  /** What is wrong with the archive, up to a thousand. */
  readonly problems: readonly ArchiveProblem[];
  readonly problem_count: number;
  /** What the verification of the ledger said; null when it was not reached. */
  readonly ledger: Report | null;
}

/**
 * Verifies an archive, and with `verify` the ledger inside, without importing it.
 *
 * A bad archive is an answer, not an error.
 *
 * @throws ReeveError NOT_FOUND, IO_FAILED when it cannot be read at all, or not be unpacked for the verification
 */
export async function verifyArchive<Report extends FolderReport>(
  options: VerifyArchiveOptions<Report>,
): Promise<ArchiveReport<Report>> {
  const { file: path, verify, scratchFolder = tmpdir(), limits } = options;
  return await withArchiveFile(path, async (file, bytes) => {
    const problems = createProblems();
    const archive = await readArchive(file, bytes, { ...DEFAULT_LIMITS, ...limits }, problems);
    const ledger =
      archive === null || verify === undefined ? null : await verifyUnpacked(archive, scratchFolder, verify);
    const verdicts = [
      ...judge(problems, archive?.is_attested ?? null),
      ...(ledger === null ? [] : [ledger.verdict]),
    ];
    return {
      archive: path,
      ok: problems.count() === 0 && archive?.is_attested !== false && (ledger?.faults ?? []).length === 0,
      verdict: verdicts.length === 0 ? null : worstVerdict(verdicts),
      archive_id: archive?.archive_id ?? null,
      project_id: archive?.project_id ?? null,
      bytes,
      files: archive?.payload.length ?? 0,
      heads: archive === null ? [] : listHeads(archive.log),
      disclosure: archive?.disclosure ?? null,
      note: archive === null ? null : formatCheckpoint(archive.log.checkpoint),
      is_signed: archive?.is_signed ?? false,
      is_attested: archive?.is_attested ?? null,
      problems: problems.list(),
      problem_count: problems.count(),
      ledger,
    };
  });
}

/** What the archive alone comes to. */
function judge(problems: Problems, isAttested: boolean | null): readonly Verdict[] {
  return [
    ...(problems.count() > problems.losses() ? (['TAMPERED'] as const) : []),
    ...(problems.losses() > 0 ? (['TRUNCATED'] as const) : []),
    ...(isAttested === false ? (['CANNOT_VERIFY'] as const) : []),
  ];
}

async function verifyUnpacked<Report extends FolderReport>(
  archive: SoundArchive,
  scratchFolder: string,
  verify: VerifyFolder<Report>,
): Promise<Report> {
  const scratch = await mkdtemp(join(scratchFolder, 'reeve-verify-'));
  try {
    const folder = join(scratch, archive.project_id);
    await extractPayload(archive, folder, false);
    return await verify(folder, archive.disclosure);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
