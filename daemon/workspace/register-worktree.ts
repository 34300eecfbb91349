import { mkdir, readdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Registers an empty folder as a linked worktree, detached at a commit, and answers its administrative folder.
 *
 * The three files of gitrepository-layout(5), put in place by one rename. `git worktree add` takes three processes
 * for the same, and leaves a worktree half made for a moment in which other git commands trip over it ("failed to
 * read commondir", one time in forty with eight at once).
 *
 * @throws when the folder or the registration exists already, or cannot be written
 */
export async function registerWorktree(gitDir: string, path: string, commit: string): Promise<string> {
  await mkdir(path);
  const canonical = join(await realpath(dirname(path)), basename(path));
  const adminDir = join(gitDir, 'worktrees', basename(path));
  // Not below `worktrees/`, where git takes a folder without these files for garbage.
  const draft = join(gitDir, `reeve-worktree-${basename(path)}`);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft);
  await writeFile(join(draft, 'commondir'), '../..\n');
  await writeFile(join(draft, 'HEAD'), `${commit}\n`);
  await writeFile(join(draft, 'gitdir'), `${join(canonical, '.git')}\n`);
  await writeFile(join(path, '.git'), `gitdir: ${adminDir}\n`);
  await putInPlace(draft, adminDir);
  return adminDir;
}

const TRIES = 5;

/** git removes `worktrees/` with the last one in it, maybe between the two steps here. */
async function putInPlace(draft: string, adminDir: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await mkdir(dirname(adminDir), { recursive: true });
    try {
      return await rename(draft, adminDir);
    } catch (error) {
      const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!isGone || attempt === TRIES) throw error;
    }
  }
}

/** Tells whether HEAD of a worktree is a plain file here; a reftable keeps it elsewhere, and only git can write it. */
export async function keepsPlainRefs(gitDir: string): Promise<boolean> {
  return !(await readdir(gitDir)).includes('reftable');
}
