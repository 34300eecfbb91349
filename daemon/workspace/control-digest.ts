import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlDigest, RepositoryFacts } from '../ports/workspace.ts';
import { hashFile } from './hash-file.ts';

/**
 * Digests what no worker may touch in a repository, one entry for each thing, so that a difference has a name.
 *
 * `config`, `hooks/…`, `info/…` and the like, by mode and SHA-256. HEAD and the refs are not among them: they also
 * move because the user works on meanwhile, and no measurement depends on them.
 */
export async function controlDigest(repository: RepositoryFacts): Promise<ControlDigest> {
  const { gitDir } = repository;
  const hooks = (await list(join(gitDir, 'hooks')))
    // git lays these down everywhere and runs none of them; under another name they are a new entry.
    .filter((name) => !name.endsWith('.sample'))
    .map((name) => `hooks/${name}`);
  const files = await Promise.all(
    [...CONTROL_FILES, ...hooks].map(async (name) => [name, await digest(join(gitDir, name))] as const),
  );
  return Object.fromEntries(files.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Grafts and alternates make git show other objects than those named; all of these are common to all worktrees. */
const CONTROL_FILES = [
  'config',
  'config.worktree',
  'info/exclude',
  'info/attributes',
  'info/grafts',
  'objects/info/alternates',
];

async function list(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

/** The mode counts: making a dormant hook executable wakes it. */
async function digest(path: string): Promise<string | undefined> {
  try {
    const file = await hashFile(path);
    return file === undefined ? 'not a file' : `${(file.mode & 0o777).toString(8)} ${file.sha256}`;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const target = await readlink(path).catch(() => undefined);
    return target === undefined ? `unreadable: ${String(code)}` : `link to ${target}`;
  }
}
