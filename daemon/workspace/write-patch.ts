import { rename, rm } from 'node:fs/promises';
import type { Worktree } from '../ports/workspace.ts';
import type { Git } from './git.ts';
import { assertObjectIds } from './object-id.ts';

/**
 * Writes the patch from the base commit to a tree: complete for binary files, and, being plumbing,
 * independent of the user's settings for diffs. git writes straight to the file, which appears under its name only when it is whole.
 */
export async function writePatch(git: Git, worktree: Worktree, tree: string, file: string): Promise<void> {
  assertObjectIds(tree, worktree.baseCommit);
  const temporary = `${file}.tmp`;
  try {
    const { gitDir } = worktree;
    await git([...DIFF_TREE, worktree.baseCommit, tree], { cwd: gitDir, gitDir, stdoutPath: temporary });
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await rename(temporary, file);
}

const DIFF_TREE = [
  'diff-tree',
  '-r',
  '--patch',
  '--binary',
  '--full-index',
  '--no-renames',
  '--ignore-submodules=none',
];
