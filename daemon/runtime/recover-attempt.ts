import { access } from 'node:fs/promises';
import { formatPointer } from '../../protocol/attempt-pointer.ts';
import type { AttemptStartedData } from '../../protocol/generated/types.ts';
import type { StepState } from '../domain/task-state.ts';
import { snapshotRef } from '../workspace/ref-name.ts';
import { loadOrder, placesOf } from './attempt.ts';
import { discardWorktree } from './discard-worktree.ts';
import { judgeAttempt, timeOf } from './judge-attempt.ts';
import type { KernelContext } from './kernel-context.ts';
import type { ProjectRuntime } from './project-runtime.ts';

/**
 * Ends what an earlier daemon left of an attempt whose worker was under way: its processes are killed or accounted
 * for, its work is kept as a snapshot, and the step is owed again at the same R/S; no retry is consumed.
 *
 * @param why in a sentence; default: that the daemon went away, and when
 */
export async function interruptAttempt(
  context: KernelContext,
  project: ProjectRuntime,
  taskId: string,
  step: StepState,
  why?: string,
): Promise<void> {
  if (step.phase.type !== 'started') return;
  const { attempt, spawned } = step.phase;
  const orphans = await context.orphans.end(attempt.attempt_id, spawned);
  const snapshot = await keepWork(context, project, taskId, step, attempt);
  const worker =
    spawned === null ? 'before the worker was started' : `while the worker ran (process ${spawned.pid})`;
  await project.apply(taskId, {
    type: 'interruptAttempt',
    stepId: step.stepId,
    interrupted: {
      attempt_id: attempt.attempt_id,
      r: attempt.r,
      s: attempt.s,
      detail: why ?? `the daemon went away ${worker}`,
      orphans: [...orphans],
      snapshot,
    },
  });
}

/** A worktree is removed only once its work is kept: as a snapshot where there is any. */
async function keepWork(
  context: KernelContext,
  project: ProjectRuntime,
  taskId: string,
  step: StepState,
  attempt: AttemptStartedData,
): Promise<{ readonly ref: string; readonly commit: string } | null> {
  const { pack } = await loadOrder(context, project, taskId, step);
  const { worktree: path } = placesOf(context, pack, attempt);
  if (!(await isThere(path))) return null;
  const repository = await context.workspace.inspect(context.config.repository);
  const baseCommit = attempt.base_commit;
  const worktree = await context.workspace.prepare({
    repository,
    path,
    baseCommit,
    startTree: attempt.start_tree,
  });
  const { tree, unmeasured } = await context.workspace.measure(worktree);
  const ref = snapshotRef(taskId, attempt.attempt_id);
  const message = `reeve: work of ${taskId} ${formatPointer(attempt)}, interrupted`;
  const snapshot =
    tree === attempt.start_tree
      ? null
      : {
          ref,
          commit: await context.workspace.snapshot({
            repository,
            tree,
            baseCommit,
            ref,
            message,
            time: timeOf(attempt.attempt_id),
          }),
        };
  // What git could not read is in no snapshot: that worktree stays for a person.
  if (unmeasured.length === 0) await discardWorktree(context, repository, path);
  return snapshot;
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** Takes up an attempt whose worker had ended before the daemon went away: only the review is owed. */
export async function resumeReview(
  context: KernelContext,
  project: ProjectRuntime,
  taskId: string,
  step: StepState,
): Promise<void> {
  if (step.phase.type !== 'exited') return;
  const { attempt, exited } = step.phase;
  const { tree, unmeasured } = exited;
  // Its worker is gone, but a required command may have been running.
  const orphans = await context.orphans.end(attempt.attempt_id, null);
  if (orphans.length > 0) context.log.warn({ task_id: taskId, orphans }, 'ended what an earlier review left');
  const order = await loadOrder(context, project, taskId, step);
  const repository = await context.workspace.inspect(context.config.repository);
  const worktree = await context.workspace.prepare({
    repository,
    path: placesOf(context, order.pack, attempt).worktree,
    baseCommit: attempt.base_commit,
    startTree: tree,
  });
  await judgeAttempt(context, project, {
    projectId: project.projectId,
    taskId,
    stepId: step.stepId,
    order,
    attempt,
    repository,
    worktree,
    preflight: [],
    measurement: { ...(await context.workspace.compare(worktree, tree)), unmeasured },
  });
}
