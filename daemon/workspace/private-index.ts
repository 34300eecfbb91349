import { copyFile, rename, stat, utimes } from 'node:fs/promises';

/**
 * Names the index Reeve measures an attempt with: beside the worktree, never inside it.
 *
 * Threat: a worker owns its worktree's index, and can mark files there as "assume unchanged".
 */
export function privateIndex(worktreePath: string): string {
  return `${worktreePath}.index`;
}

/** Longer than the tick by which any kernel Reeve runs on tells file times apart (10 ms at HZ=100). */
const TICK_MS = 20;

/**
 * Copies an index, as one that is a little older than the original.
 *
 * Invariant: git compares the contents of files that are not older than the index, and only the times of all others.
 * With the copy a tick older, an edit that keeps size and times can only hide in a file whose contents are compared.
 */
export async function keepIndex(original: string, copy: string): Promise<void> {
  const { atime, mtimeMs } = await stat(original);
  const temporary = `${copy}.new`;
  await copyFile(original, temporary);
  await utimes(temporary, atime, (mtimeMs - TICK_MS) / 1000);
  await rename(temporary, copy);
}
