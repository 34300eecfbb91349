import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { sha256Hex } from '../../protocol/digest.ts';
import { formatDisclosure } from '../../protocol/disclosure.ts';
import { ReeveError } from '../../protocol/errors.ts';
import type { RenderedReport } from '../domain/report/report.ts';
import type { ExportAnswer, ExportProgress } from '../ports/services.ts';
import { BAG, BAG_DECLARATION, formatManifest, TAG, type BagDigest } from './bag-files.ts';
import { createAcceptedWorkList, type AcceptedWork } from './export/accepted-work.ts';
import { describeBag } from './export/describe-bag.ts';
import { createGatheredText } from './export/gathered-text.ts';
import { assertFree, placeFile } from './export/place-file.ts';
import { readPayload } from './export/read-payload.ts';
import { noteOf, type ArchiveSigner } from './export/seal-log.ts';
import { surveyProject, type ExportChoice, type Survey, type SurveyWatch } from './export/survey-project.ts';
import { writeAttestation } from './export/write-attestation.ts';
import { createReportWriter } from './export/write-report.ts';
import { createZipWriter, type ZipWriter } from './export/zip-writer.ts';
import { PROJECT_LOG } from './project-layout.ts';
import { listHeads } from './project-log.ts';
import { readStandaloneVerifier } from './standalone/read-verifier.ts';
import { stopWhenAborted } from './stop-when-aborted.ts';

export interface ExportOptions {
  /** Absolute path. */
  readonly projectFolder: string;
  readonly projectId: string;
  /** Absolute path of the archive to write. */
  readonly file: string;
  /** Whether an existing file is replaced. */
  readonly overwrite: boolean;
  readonly reeveVersion: string;
  /** What to hand over; default: everything. */
  readonly choice?: ExportChoice;
  /** Signs the end of the log and the manifest; default: nobody does. */
  readonly signer?: ArchiveSigner | null;
  /** Told after every file. */
  readonly onProgress?: ((progress: ExportProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Everything of a project. */
const EVERYTHING: ExportChoice = { tasks: null, since: null, redact: [] };

/**
 * Writes a project into an archive: BagIt 1.0 (RFC 8493) in a zip that `unzip` and `sha256sum -c` can check.
 *
 * ```
 * survey the project (see `surveyProject`), and write its report meanwhile
 *   → temporary file → description, report, payload, manifest, signed statement → fsync → take the name
 * ```
 *
 * The same contents, choice and key give the same bytes. Call it after `ledger.flush()`.
 *
 * @throws ReeveError CONFLICT when the file exists; LEDGER_DAMAGED when a line, head or checkpoint does not hold; USAGE
 *   for what cannot be redacted, and for a file in the project's own folder; NOT_FOUND; IO_FAILED
 */
export async function exportArchive(options: ExportOptions): Promise<ExportAnswer> {
  const { projectFolder, file, signer = null, choice = EVERYTHING, signal } = options;
  await assertOutside(projectFolder, file);
  // Told before the work is done; the one who takes the name decides.
  if (!options.overwrite) await assertFree(file);
  const report = createReportWriter();
  const accepted = createAcceptedWorkList();
  const watch: SurveyWatch = {
    onEvent(event, log) {
      report.onEvent(event, log);
      if (log !== PROJECT_LOG) accepted.take(event);
    },
    onWithheld: report.onWithheld,
  };
  const survey = await surveyProject({ projectFolder, choice, signer, watch, signal });
  const pages = await report.finish(projectFolder, survey, options);
  return await placeFile(file, options.overwrite, async (output) => {
    const zip = createZipWriter(output);
    const archive_id = await writeBag({ zip, options, survey, accepted: accepted.list() }, pages);
    return {
      archive: file,
      archive_id,
      bytes: await zip.finish(),
      files: survey.plan.files.length,
      heads: listHeads({ tasks: new Map(survey.tasks.map((task) => [task.task_id, task])) }),
      note: noteOf(survey.project),
      is_signed: survey.sealed?.isFresh ?? false,
      tasks_left_out: survey.disclosure?.tasks.left_out ?? 0,
      redacted: survey.disclosure?.redacted.length ?? 0,
      left_out: survey.plan.leftOut,
    };
  });
}

/** Threat: what lies there is evidence or is carried out, and the next export would hold the one before. */
async function assertOutside(projectFolder: string, file: string): Promise<void> {
  const real = async (path: string) => await realpath(path).catch(() => path);
  const target = join(await real(dirname(file)), basename(file));
  const way = relative(await real(projectFolder), target);
  if (isAbsolute(way) || way === '..' || way.startsWith(`..${sep}`)) return;
  throw new ReeveError('USAGE', `${file} would lie in the folder of the project itself.`, {
    hint: 'That folder holds its evidence and nothing else. Name a file somewhere else.',
  });
}

interface Bag {
  readonly zip: ZipWriter;
  readonly options: ExportOptions;
  readonly survey: Survey;
  readonly accepted: readonly AcceptedWork[];
}

/** Writes every entry, what is for people first; tells the archive's id. */
async function writeBag(bag: Bag, pages: RenderedReport): Promise<string> {
  const { options, survey, accepted } = bag;
  const { sealed, disclosure } = survey;
  const tags = [
    await addPieces(bag, TAG.reportText, pages.markdown),
    await addText(bag, BAG.info, describeBag(options, survey)),
    await addText(bag, BAG.declaration, BAG_DECLARATION),
    ...(sealed === null ? [] : [await addText(bag, TAG.verifierKey, `${sealed.verifierKey}\n`)]),
    ...(disclosure === null ? [] : [await addText(bag, TAG.disclosure, formatDisclosure(disclosure))]),
    await addPieces(bag, TAG.reportPage, pages.html),
    await addText(bag, TAG.verifier, await readStandaloneVerifier()),
  ];
  const manifest = await writePayload(bag);
  tags.push(manifest);
  const { projectId, reeveVersion, signer = null } = options;
  if (sealed?.isFresh === true && signer !== null) {
    const facts = { projectId, reeveVersion, tags, accepted };
    tags.push(await addText(bag, TAG.attestation, writeAttestation(signer, survey, sealed, facts)));
  }
  const tagManifest = formatManifest(tags.sort((a, b) => (a.path < b.path ? -1 : 1)));
  await addText(bag, BAG.tagManifest, tagManifest);
  return sha256Hex(tagManifest);
}

async function addText(bag: Bag, path: string, text: string): Promise<BagDigest> {
  return await addPieces(bag, path, [text]);
}

async function addPieces({ zip, options }: Bag, path: string, pieces: Iterable<string>): Promise<BagDigest> {
  const text = createGatheredText();
  for (const piece of pieces) text.add(piece);
  return { path, sha256: await zip.add(`${options.projectId}/${path}`, text.bytes, text.chunks()) };
}

/** Writes the files of the project, in order of their names, and their manifest. */
async function writePayload({ zip, options, survey }: Bag): Promise<BagDigest> {
  const { projectFolder, projectId, onProgress, signal } = options;
  const { files } = survey.plan;
  const totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const manifest = createGatheredText();
  let written = 0;
  for (const [at, file] of files.entries()) {
    const path = BAG.payload + file.spelled;
    const chunks = untilAborted(readPayload(projectFolder, survey, file), signal);
    const sha256 = await zip.add(`${projectId}/${path}`, file.bytes, chunks);
    manifest.add(formatManifest([{ path, sha256 }]));
    written += file.bytes;
    onProgress?.({ files: at + 1, totalFiles: files.length, bytes: written, totalBytes });
  }
  const name = `${projectId}/${BAG.manifest}`;
  return { path: BAG.manifest, sha256: await zip.add(name, manifest.bytes, manifest.chunks()) };
}

async function* untilAborted(
  chunks: AsyncIterable<Buffer>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  stopWhenAborted(signal);
  for await (const chunk of chunks) {
    yield chunk;
    stopWhenAborted(signal);
  }
}
