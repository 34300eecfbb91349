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

/**
 * As `discardWorktree`, without holding up what comes next; the kernel waits for it before it closes.
 *
 * What a crash or a failure leaves is removed by the sweep of the next start.
 */
export function discardInBackground(context: KernelContext, repository: RepositoryFacts, path: string): void {
  const work = discardWorktree(context, repository, path)
    .catch((err: unknown) => context.log.warn({ err, path }, 'a worktree could not be removed'))
    .finally(() => context.background.delete(work));
  context.background.add(work);
}
