import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import { sha256Hex } from '../../protocol/digest.ts';
import type { Artifact } from '../../protocol/generated/types.ts';
import { writeFileDurably } from './durable-file.ts';

/** The folder of one task within its project's folder. */
export function taskFolder(projectFolder: string, taskId: string): string {
  return join(projectFolder, 'tasks', taskId);
}

/** Where the artifacts of one attempt are kept, relative to the task's folder. */
export function artifactFolder(attempt: {
  readonly r: number;
  readonly s: number;
  readonly attempt_id: string;
}): string {
  return `artifacts/R${attempt.r}/S${attempt.s}/${attempt.attempt_id}`;
}

/** Where the bytes of an accepted pack are kept, relative to the task's folder. */
export function packFile(sha256: string): string {
  return `packs/${sha256}.json`;
}

/** Where the bytes of a ReworkPack are kept, relative to the task's folder. */
export function reworkFile(sha256: string): string {
  return `packs/${sha256}.rework.json`;
}

/** Writes one artifact durably and tells its reference. */
export async function writeArtifact(
  folder: string,
  path: string,
  content: string | Uint8Array,
): Promise<Artifact> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  await writeFileDurably(join(folder, path), bytes);
  return { path, sha256: sha256Hex(bytes), bytes: bytes.byteLength };
}

/**
 * Reads a file of the task by its digest.
 *
 * @throws ReeveError LEDGER_DAMAGED when it is missing or not what the ledger says
 */
export async function readReferenced(folder: string, path: string, sha256: string): Promise<Buffer> {
  const bytes = await readFile(join(folder, path)).catch((cause: unknown) => {
    throw damaged(path, 'cannot be read', cause);
  });
  if (sha256Hex(bytes) !== sha256) throw damaged(path, 'is not what the ledger recorded');
  return bytes;
}

/** Digest and size of a file of any length. */
export async function digestFile(file: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.byteLength;
  }
  return { sha256: hash.digest('hex'), bytes };
}

function damaged(path: string, what: string, cause?: unknown): ReeveError {
  return new ReeveError('LEDGER_DAMAGED', `${path} ${what}`, {
    hint: 'run `reeve verify` for everything that differs, and restore the file from an archive or a backup',
    cause,
  });
}
