import { rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RepositoryFacts } from '../ports/workspace.ts';
import { controlFileOf } from './attempt.ts';
import type { KernelContext } from './kernel-context.ts';

/** Removes the worktree of an attempt, whose work is kept elsewhere, and what lies beside it. Idempotent. */
export async function discardWorktree(
  context: KernelContext,
  repository: RepositoryFacts,
  path: string,
): Promise<void> {
  await context.workspace.remove({ repository, path });
  await rm(controlFileOf(path), { force: true });
  // The folder of the task goes with its last worktree; not empty is no matter.
  await rmdir(dirname(path)).catch(() => undefined);
}
