import { copyFile, rename, stat, utimes } from 'node:fs/promises';

/**
 * Names the index Reeve measures an attempt with: beside the worktree, never inside it.
 *
 * Threat: a worker owns its worktree's index, and can mark files there as "assume unchanged".
 */
export function privateIndex(worktreePath: string): string {
  return `${worktreePath}.index`;
}

/**
 * Copies an index together with its time.
 *
 * Invariant: the copy is never younger than the original. git compares the contents only of files that are not
 * older than the index, so a younger copy would miss a same-size edit made within the resolution of file times.
 */
export async function keepIndex(original: string, copy: string): Promise<void> {
  const { atime, mtimeMs } = await stat(original);
  const temporary = `${copy}.new`;
  await copyFile(original, temporary);
  await utimes(temporary, atime, (Math.floor(mtimeMs) - 1) / 1000);
  await rename(temporary, copy);
}
