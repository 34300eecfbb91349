import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { basename, isAbsolute, join, relative } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import type { RepositoryFacts } from '../ports/workspace.ts';
import type { Git } from './git.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import { privateIndex } from './private-index.ts';
import { forgetWorktree } from './worktree-registry.ts';

/**
 * Removes a worktree whose content is kept elsewhere, and everything the repository knows of it; idempotent.
 *
 * git does the bulk, in a process of its own; whatever it refuses is done here, such as a worktree whose `.git` file,
 * on which git insists, a worker destroyed.
 */
export async function removeWorktree(
  git: Git,
  oneAtATime: OneAtATime,
  options: { readonly repository: RepositoryFacts; readonly path: string },
): Promise<void> {
  const { repository, path } = options;
  for (const kept of [repository.root, repository.gitDir]) {
    if (contains(path, kept)) {
      throw new ReeveError('BUG', `${path} is no worktree of an attempt: it holds the repository ${kept}.`);
    }
  }
  // Invariant: the private index says "complete", so it goes first; a crash half-way leaves an incomplete worktree.
  const index = privateIndex(path);
  await Promise.all([index, `${index}.lock`, `${index}.new`].map((file) => rm(file, { force: true })));
  if (await exists(path)) {
    const { root, gitDir } = repository;
    await git(['worktree', 'remove', '--force', path], {
      cwd: gitDir,
      gitDir,
      workTree: root,
      mayFail: true,
    });
  }
  await removeFolder(path).catch((cause: unknown) => {
    throw new ReeveError('IO_FAILED', `The worktree ${path} cannot be removed.`, {
      hint: 'A program may still be using it, or its files belong to another user; remove the folder by hand.',
      cause,
    });
  });
  await oneAtATime(repository.gitDir, () => forgetWorktree(repository.gitDir, path));
}

/** Tells whether a crash may have left something of a worktree at this path. */
export async function hasRemains(gitDir: string, path: string): Promise<boolean> {
  return (await exists(path)) || (await exists(join(gitDir, 'worktrees', basename(path))));
}

async function exists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}

function contains(folder: string, path: string): boolean {
  const inside = relative(folder, path);
  return !inside.startsWith('..') && !isAbsolute(inside);
}

/** Package managers leave read-only folders behind, which stop a plain recursive removal. */
async function removeFolder(path: string): Promise<void> {
  const options = { recursive: true, force: true, maxRetries: 3 };
  try {
    await rm(path, options);
  } catch {
    await makeWritable(path);
    await rm(path, options);
  }
}

/** Fails nowhere: the removal that failed first may still be taking files away, and the second one reports. */
async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700).catch(() => {});
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
  }
}
