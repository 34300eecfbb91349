import { join } from 'node:path';
import { sha256Hex } from '../../protocol/digest.ts';
import type { ExportAnswer } from '../ports/services.ts';
import { BAG, BAG_DECLARATION, formatManifest, type BagDigest } from './bag-files.ts';
import { listHeads, readProjectLog, type ProjectLog } from './project-log.ts';
import { openRegularFile, readChunks } from './regular-file.ts';
import { describeBag } from './export/describe-bag.ts';
import { placeFile } from './export/place-file.ts';
import { planPayload, type LeftOut, type PayloadFile, type PayloadPlan } from './export/plan-payload.ts';
import { cutTaskLog, type TaskCut } from './export/task-cut.ts';
import { createZipWriter, type ZipWriter } from './export/zip-writer.ts';

export interface ExportOptions {
  /** Absolute path. */
  readonly projectFolder: string;
  readonly projectId: string;
  /** Absolute path of the archive to write. */
  readonly file: string;
  /** Whether an existing file is replaced. */
  readonly overwrite: boolean;
  readonly reeveVersion: string;
  /** Told after every file. */
  readonly onProgress?: (progress: ExportProgress) => void;
  readonly signal?: AbortSignal;
}

export interface ExportProgress {
  readonly files: number;
  readonly totalFiles: number;
  readonly bytes: number;
  readonly totalBytes: number;
}

/** What was written. */
export interface ExportedArchive extends ExportAnswer {
  /** Links and special files in evidence folders; `bag-info.txt` names them as well. */
  readonly left_out: readonly LeftOut[];
}

/**
 * Writes a project into an archive: BagIt 1.0 (RFC 8493) in a zip that `unzip` and `sha256sum -c` can check.
 *
 * ```
 * read the project log up to its last complete line
 *   → cut each task log at the newest head named there → list packs, artifacts, refused files
 *   → temporary file → fsync → take the name → fsync of the folder
 * ```
 *
 * The cut is consistent while a daemon appends: the project log is read first, so every head in it is covered, and no
 * task log goes beyond its head. The same contents give the same bytes. Call it after `ledger.flush()`.
 *
 * @throws ReeveError CONFLICT when the file exists; LEDGER_DAMAGED when a head is not in its log; NOT_FOUND; IO_FAILED
 */
export async function exportArchive(options: ExportOptions): Promise<ExportedArchive> {
  const { projectFolder, file, signal } = options;
  const project = await readProject(projectFolder);
  const cuts: TaskCut[] = [];
  for (const task of project.tasks.values()) {
    signal?.throwIfAborted();
    cuts.push(await cutTaskLog(projectFolder, task));
  }
  const plan = await planPayload(projectFolder, project, cuts);
  return await placeFile(file, options.overwrite, async (output) => {
    const zip = createZipWriter(output);
    const archive_id = await writeBag(zip, options, project, plan);
    return {
      archive: file,
      archive_id,
      bytes: await zip.finish(),
      files: plan.files.length,
      heads: listHeads(project),
      left_out: plan.leftOut,
    };
  });
}

async function readProject(projectFolder: string): Promise<ProjectLog> {
  const path = join(projectFolder, 'events.jsonl');
  const { handle, bytes } = await openRegularFile(path);
  try {
    return await readProjectLog(readChunks(handle, path, { to: bytes }), 'events.jsonl');
  } finally {
    await handle.close();
  }
}

/** Writes every entry, in order of their names; tells the archive's id. */
async function writeBag(
  zip: ZipWriter,
  options: ExportOptions,
  project: ProjectLog,
  plan: PayloadPlan,
): Promise<string> {
  const { projectId } = options;
  const addText = async (path: string, text: string): Promise<BagDigest> => {
    const bytes = Buffer.from(text);
    return { path, sha256: await zip.add(`${projectId}/${path}`, bytes.length, [bytes]) };
  };
  const info = await addText(BAG.info, describeBag(options, project, plan));
  const declaration = await addText(BAG.declaration, BAG_DECLARATION);
  const payload = await writePayload(zip, options, plan.files);
  const manifest = await addText(BAG.manifest, formatManifest(payload));
  const tagManifest = formatManifest([info, declaration, manifest]);
  await addText(BAG.tagManifest, tagManifest);
  return sha256Hex(tagManifest);
}

async function writePayload(
  zip: ZipWriter,
  { projectFolder, projectId, onProgress, signal }: ExportOptions,
  files: readonly PayloadFile[],
): Promise<readonly BagDigest[]> {
  const totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const digests: BagDigest[] = [];
  let written = 0;
  for (const { path, spelled, bytes } of files) {
    const name = BAG.payload + spelled;
    const source = join(projectFolder, path);
    const { handle } = await openRegularFile(source);
    try {
      const chunks = untilAborted(readChunks(handle, source, { to: bytes }), signal);
      digests.push({ path: name, sha256: await zip.add(`${projectId}/${name}`, bytes, chunks) });
    } finally {
      await handle.close();
    }
    written += bytes;
    onProgress?.({ files: digests.length, totalFiles: files.length, bytes: written, totalBytes });
  }
  return digests;
}

async function* untilAborted(
  chunks: AsyncIterable<Buffer>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  signal?.throwIfAborted();
  for await (const chunk of chunks) {
    yield chunk;
    signal?.throwIfAborted();
  }
}
