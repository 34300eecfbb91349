import { readFile, readdir, realpath, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import type { RegisteredWorktree } from '../ports/workspace.ts';

/**
 * Lists the linked worktrees a repository knows, Reeve's and the user's, present on disk or not.
 *
 * Read from the files that `gitrepository-layout(5)` documents rather than from `git worktree list`, whose
 * NUL-separated form is newer than the oldest git supported.
 */
export async function listWorktrees(gitDir: string): Promise<readonly RegisteredWorktree[]> {
  const folder = join(gitDir, 'worktrees');
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => {
      const adminDir = join(folder, name);
      const pointer = await readFile(join(adminDir, 'gitdir'), 'utf8').catch(() => undefined);
      // `gitdir` names the worktree's `.git` file; git 2.48 may write it relative to the administrative folder.
      return pointer === undefined ? [] : [{ path: dirname(resolve(adminDir, pointer.trimEnd())), adminDir }];
    }),
  );
  return found.flat();
}

/** Reads which administrative folder a worktree that was just added belongs to. */
export async function readAdminDir(path: string): Promise<string> {
  const pointer = await readFile(join(path, '.git'), 'utf8');
  const target = /^gitdir: (.+)\n?$/s.exec(pointer)?.[1];
  if (target === undefined) {
    throw new ReeveError('GIT_FAILED', `${join(path, '.git')} does not say where its repository is.`, {
      hint: 'Use git 2.25 or newer.',
    });
  }
  return resolve(path, target.trimEnd());
}

/**
 * Makes the repository forget one worktree; `git worktree prune` would also forget those of the user whose disk
 * is not mounted just now.
 */
export async function forgetWorktree(gitDir: string, path: string): Promise<void> {
  const parent = await realpath(dirname(path)).catch(() => dirname(path));
  const canonical = join(parent, basename(path));
  const registered = await listWorktrees(gitDir);
  for (const worktree of registered.filter((each) => each.path === canonical)) {
    await rm(worktree.adminDir, { recursive: true, force: true });
  }
  // Like git, leave no empty folder; not empty is the usual case.
  await rmdir(join(gitDir, 'worktrees')).catch(() => {});
}
