import { mkdir, open, opendir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import type { Artifact } from '../../protocol/generated/types.ts';
import { hashFile } from './hash-file.ts';

/** What was copied, and what was left behind with the reason: nothing is dropped in silence. */
export interface CollectedArtifacts {
  /** In path order. */
  readonly artifacts: readonly Artifact[];
  readonly omitted: readonly { readonly path: string; readonly reason: string }[];
}

/** How much of a worker's evidence is kept. */
export interface ArtifactLimits {
  readonly files: number;
  /** All files together. */
  readonly bytes: number;
  /** Folders below the round's own. */
  readonly depth: number;
}

const DEFAULT_LIMITS: ArtifactLimits = { files: 1000, bytes: 256 * 1024 * 1024, depth: 8 };
const MAX_OMITTED = 100;
/** `Artifact.path` of `schemas/common.schema.json`. */
const MAX_PATH_LENGTH = 1024;

/**
 * Copies every regular file of a round into the task's folder, durably, with its digest.
 *
 * The digest is taken of the very bytes that were copied. Links and devices are left behind, as is what exceeds
 * the limits. Repeating overwrites with the same.
 */
export async function collectArtifacts(options: {
  readonly roundDir: string;
  readonly taskDir: string;
  /** Folder below the task's, POSIX separators: `artifacts/<attempt>`. */
  readonly into: string;
  readonly limits?: Partial<ArtifactLimits>;
}): Promise<CollectedArtifacts> {
  const { roundDir, taskDir, into } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const artifacts: Artifact[] = [];
  const omitted: { path: string; reason: string }[] = [];
  const folders = new Set<string>();
  let room = limits.bytes;
  for await (const found of walk(roundDir, limits)) {
    const path = `${into}/${found.path}`;
    const folder = dirname(join(taskDir, path));
    const reason = found.reason ?? (path.length > MAX_PATH_LENGTH ? 'its path is too long' : undefined);
    if (reason === undefined && !folders.has(folder)) await mkdir(folder, { recursive: true });
    const copied =
      reason === undefined
        ? await copyDurably(join(roundDir, found.path), join(taskDir, path), room)
        : reason;
    if (typeof copied === 'string') {
      omitted.push({ path: found.path, reason: copied });
      if (omitted.length === MAX_OMITTED) break;
      continue;
    }
    room -= copied.bytes;
    artifacts.push({ path, ...copied });
    folders.add(folder);
  }
  for (const folder of folders) await syncFolder(folder);
  return { artifacts: artifacts.sort((a, b) => (a.path < b.path ? -1 : 1)), omitted };
}

interface Found {
  /** Relative to the round, POSIX separators. */
  readonly path: string;
  /** Why it is not to be copied. */
  readonly reason?: string;
}

/** Walks without following links, and never reads more entries than could be kept. */
async function* walk(roundDir: string, limits: ArtifactLimits): AsyncGenerator<Found> {
  const folders = [{ path: '', depth: 0 }];
  let files = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for await (const entry of await opendir(join(roundDir, folder.path))) {
      const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`;
      if (entry.isDirectory() && folder.depth < limits.depth) {
        folders.push({ path, depth: folder.depth + 1 });
      } else if (entry.isDirectory()) {
        yield { path, reason: 'it lies too deep' };
      } else if (!entry.isFile()) {
        yield { path, reason: 'it is not a regular file' };
      } else if (entry.name.includes('\ufffd')) {
        yield { path, reason: 'its name is not valid UTF-8' };
      } else {
        files += 1;
        yield files > limits.files ? { path, reason: 'there are too many files' } : { path };
      }
    }
  }
}

/** Copies through a temporary file, or says why not; the source may change or grow meanwhile. */
async function copyDurably(
  source: string,
  target: string,
  room: number,
): Promise<{ readonly sha256: string; readonly bytes: number } | string> {
  const temporary = `${target}.tmp`;
  const copy = await open(temporary, 'w');
  let written = 0;
  let isInPlace = false;
  try {
    const hashed = await hashFile(source, async (chunk) => {
      written += chunk.length;
      if (written > room) throw new TooLarge();
      await copy.writeFile(chunk);
    }).catch((error: unknown) => {
      if (error instanceof TooLarge) return 'it exceeds the room for evidence';
      if (error instanceof Error && 'syscall' in error && error.syscall === 'open')
        return 'it cannot be read';
      throw new ReeveError('IO_FAILED', `${source} cannot be copied to the task's folder.`, {
        hint: 'Check the free space and permissions of the workflow folder.',
        cause: error,
      });
    });
    if (typeof hashed !== 'object') return hashed ?? 'it is not a regular file';
    await copy.sync();
    await rename(temporary, target);
    isInPlace = true;
    return { sha256: hashed.sha256, bytes: hashed.bytes };
  } finally {
    await copy.close();
    if (!isInPlace) await rm(temporary, { force: true });
  }
}

class TooLarge extends Error {}

/** Makes the names durable as well; Windows cannot open a folder, and needs it not. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
