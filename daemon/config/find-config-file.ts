import { lstat, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';

/** The one file name that is looked for. */
export const CONFIG_FILE = 'reeve.yaml';
const MISSPELT = ['reeve.yml', '.reeve.yaml', '.reeve.yml', 'reeve.json'];

/** Which file to read, and the repository it speaks for. */
export interface ConfigPlace {
  readonly file: string | null;
  /** The folder that holds `.git`, else the start folder. */
  readonly repository: string;
  readonly warnings: readonly string[];
}

/**
 * Looks for `reeve.yaml` from a folder upwards to the top of its git repository, nearest first.
 *
 * Outside a repository only the start folder is looked at.
 * Threat: a file further up, such as in a shared temporary folder, would choose the programs that are run.
 */
export async function findConfigFile(start: string, explicit: string | null): Promise<ConfigPlace> {
  await assertFolder(start);
  const folders = await foldersUpToGitTop(resolve(start));
  const repository = folders.at(-1) ?? resolve(start);
  if (explicit !== null) return { file: resolve(explicit), repository, warnings: [] };
  for (const folder of folders) {
    const file = join(folder, CONFIG_FILE);
    if (await exists(file)) return { file, repository, warnings: [] };
  }
  return { file: null, repository, warnings: await findMisspelt(repository) };
}

async function assertFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return;
  throw new ReeveError('NOT_FOUND', `${path} is not a folder.`, { hint: 'Give an existing folder.' });
}

async function foldersUpToGitTop(start: string): Promise<readonly string[]> {
  const folders: string[] = [];
  for (let folder = start; ; folder = dirname(folder)) {
    folders.push(folder);
    if (await exists(join(folder, '.git'))) return folders;
    if (dirname(folder) === folder) return [start];
  }
}

async function findMisspelt(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of MISSPELT) if (await exists(join(folder, name))) found.push(name);
  return found.map((name) => `${join(folder, name)} is not read; rename it to ${CONFIG_FILE}.`);
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
