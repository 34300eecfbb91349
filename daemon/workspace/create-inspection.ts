import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { RepositoryFacts } from '../ports/workspace.ts';
import type { Git } from './git.ts';
import { inspectRepository } from './inspect-repository.ts';

/**
 * Creates the inspection of repositories, which remembers its last answer for each folder.
 *
 * A commit never changes, so as long as HEAD names the same one, so do all the other facts: two small files are read
 * instead of a process started. Wherever those files do not tell (packed refs, a reftable), git is asked.
 */
export function createInspection(git: Git): (directory: string) => Promise<RepositoryFacts> {
  const known = new Map<string, RepositoryFacts>();
  return async (directory) => {
    const before = known.get(directory);
    if (before !== undefined && (await readHead(before)) === before.headCommit) return before;
    const facts = await inspectRepository(git, directory);
    known.set(directory, facts);
    return facts;
  };
}

/** The commit HEAD names, as far as loose files tell (gitrepository-layout(5)); null where they do not. */
async function readHead({ root, gitDir }: RepositoryFacts): Promise<string | null> {
  const head = await readText(join(await ownGitDir(root, gitDir), 'HEAD'));
  const ref = /^ref: (refs\/heads\/.+)$/.exec(head ?? '')?.[1];
  return ref === undefined ? head : await readText(join(gitDir, ref));
}

/** The user's checkout may itself be a linked worktree, whose HEAD is its own. */
async function ownGitDir(root: string, gitDir: string): Promise<string> {
  const linked = /^gitdir: (.+)$/s.exec((await readText(join(root, '.git'))) ?? '')?.[1];
  return linked === undefined ? gitDir : resolve(root, linked);
}

async function readText(file: string): Promise<string | null> {
  return await readFile(file, 'utf8').then(
    (text) => text.trimEnd(),
    () => null,
  );
}
