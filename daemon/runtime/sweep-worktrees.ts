import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { discardWorktree } from './discard-worktree.ts';
import type { KernelContext } from './kernel-context.ts';
import type { ProjectRuntime } from './project-runtime.ts';

/**
 * Removes the worktrees that an earlier daemon was about to remove when it went away.
 *
 * Only those of attempts whose end is recorded and settled: their work is a commit or a snapshot. Any other worktree
 * stays, whether it is still needed or nobody knows why it is there.
 */
export async function sweepWorktrees(context: KernelContext, project: ProjectRuntime): Promise<void> {
  const folder = join(context.config.paths.state, 'worktrees', project.projectId);
  for (const taskId of await list(folder)) {
    // What lies beside a worktree is named for it, and may be all that is left.
    const present = new Set((await list(join(folder, taskId))).map((name) => name.replace(/\..*$/, '')));
    if (present.size === 0 || !project.ledger.tasks.has(taskId)) continue;
    const settled = await settledAttempts(project, taskId);
    for (const attemptId of [...present].filter((name) => settled.has(name))) {
      const repository = await context.workspace.inspect(context.config.repository);
      await discardWorktree(context, repository, join(folder, taskId, attemptId));
      context.log.info({ task_id: taskId, attempt_id: attemptId }, 'an abandoned worktree was removed');
    }
  }
}

/** Failed attempts once they are recorded, passed ones once they are committed. */
async function settledAttempts(project: ProjectRuntime, taskId: string): Promise<ReadonlySet<string>> {
  const settled = new Set<string>();
  for await (const event of project.ledger.readTask(taskId)) {
    const isSettled =
      event.type === 'work.committed' || (event.type === 'attempt.recorded' && event.data.result === 'FAIL');
    if (isSettled) settled.add(event.data.attempt_id);
  }
  return settled;
}

async function list(folder: string): Promise<readonly string[]> {
  return await readdir(folder).catch(() => []);
}
