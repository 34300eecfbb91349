import { formatPointer } from '../../protocol/attempt-pointer.ts';
import { canonicalJson } from '../../protocol/canonical-json.ts';
import { sha256Hex } from '../../protocol/digest.ts';
import { ReeveError } from '../../protocol/errors.ts';
import type { AttemptRecordedData, ReviewRecord } from '../../protocol/generated/types.ts';
import { compileRework } from '../domain/compile-rework.ts';
import type { StepState } from '../domain/task-state.ts';
import { branchName } from '../workspace/ref-name.ts';
import { loadOrder } from './attempt.ts';
import { readReferenced, reworkFile } from './attempt-files.ts';
import { discardInBackground } from './discard-worktree.ts';
import { writeFileDurably } from './durable-file.ts';
import { timeOf } from './judge-attempt.ts';
import type { KernelContext } from './kernel-context.ts';
import type { ProjectRuntime } from './project-runtime.ts';

/** Commits the reviewed tree on the task's branch, records it, and gives the worktree back. Safe to repeat. */
export async function commitWork(
  context: KernelContext,
  project: ProjectRuntime,
  taskId: string,
  step: StepState,
): Promise<void> {
  const attempt = judgedAttempt(step);
  const { pack } = await loadOrder(context, project, taskId, step);
  const { tree, base_commit: baseCommit } = attempt;
  if (tree === null || baseCommit === null)
    throw new ReeveError('BUG', `attempt ${attempt.attempt_id} has no tree`);
  const repository = await context.workspace.inspect(context.config.repository);
  const branch = branchName(taskId, pack.run_id);
  const commit = await context.workspace.commit({
    repository,
    tree,
    baseCommit,
    branch,
    movesFrom: await standsAtBase(project, taskId, branch, baseCommit),
    message: commitMessage(pack.step_title, [
      ['Reeve-Task', taskId],
      ['Reeve-Run', pack.run_id],
      ['Reeve-Step', pack.step_id],
      ['Reeve-Attempt', `${formatPointer(attempt)} ${attempt.attempt_id}`],
      ['Reeve-Review', `sha256:${attempt.review?.sha256 ?? ''}`],
    ]),
    time: timeOf(attempt.attempt_id),
  });
  await project.apply(taskId, {
    type: 'recordCommit',
    stepId: step.stepId,
    commit: { attempt_id: attempt.attempt_id, branch, commit, tree, base_commit: baseCommit },
  });
  discardInBackground(context, repository, worktreeOf(context, project, taskId, attempt));
}

/** The base commit, where the ledger knows that an earlier step of the task left the branch there. */
async function standsAtBase(
  project: ProjectRuntime,
  taskId: string,
  branch: string,
  baseCommit: string,
): Promise<string | null> {
  const steps = [...(await project.load(taskId)).steps.values()];
  const isLeft = steps.some(
    ({ phase }) => phase.type === 'done' && phase.branch === branch && phase.commit === baseCommit,
  );
  return isLeft ? baseCommit : null;
}

/** Compiles the ReworkPack of a failed review, keeps it by digest, and records that the next revision is owed. */
export async function requestRework(
  context: KernelContext,
  project: ProjectRuntime,
  taskId: string,
  step: StepState,
): Promise<void> {
  const attempt = judgedAttempt(step);
  const { pack, folder } = await loadOrder(context, project, taskId, step);
  if (attempt.review === null)
    throw new ReeveError('BUG', `attempt ${attempt.attempt_id} has no review record`);
  const bytes = await readReferenced(folder, attempt.review.path, attempt.review.sha256);
  // Written by Reeve and just checked against its digest in the ledger.
  const review = JSON.parse(bytes.toString('utf8')) as ReviewRecord;
  const rework = compileRework(pack, review, {
    attempt: {
      attempt_id: attempt.attempt_id,
      r: attempt.r,
      s: attempt.s,
      event_hash: await hashOfOutcome(project, taskId, attempt.attempt_id),
    },
    packSha256: step.pack?.pack_sha256 ?? '',
    threadId: null,
  });
  const text = `${canonicalJson(rework)}\n`;
  const sha256 = sha256Hex(text);
  const file = reworkFile(sha256);
  await writeFileDurably(`${folder}/${file}`, text);
  await project.apply(taskId, {
    type: 'requestRework',
    stepId: step.stepId,
    rework: {
      rework_sha256: sha256,
      bytes: Buffer.byteLength(text),
      file,
      source: 'controller',
      source_attempt: { attempt_id: attempt.attempt_id, r: attempt.r, s: attempt.s },
      target_revision: rework.target_revision,
      criteria: attempt.criteria.filter((criterion) => !criterion.met).map((criterion) => criterion.id),
      open_problems: attempt.criteria.filter((criterion) => !criterion.met).length,
    },
  });
}

function judgedAttempt(step: StepState): AttemptRecordedData {
  if (step.phase.type === 'judged') return step.phase.attempt;
  throw new ReeveError('BUG', `step ${step.stepId} has no judged attempt to settle`);
}

/** The event that a ReworkPack answers, by hash: it is then part of the chain it came from. */
async function hashOfOutcome(project: ProjectRuntime, taskId: string, attemptId: string): Promise<string> {
  for await (const event of project.ledger.readTask(taskId)) {
    if (event.type === 'attempt.recorded' && event.data.attempt_id === attemptId) return event.event_hash;
  }
  throw new ReeveError('LEDGER_DAMAGED', `the log of ${taskId} does not hold the outcome of ${attemptId}`);
}

function worktreeOf(
  context: KernelContext,
  project: ProjectRuntime,
  taskId: string,
  attempt: AttemptRecordedData,
): string {
  return `${context.config.paths.state}/worktrees/${project.projectId}/${taskId}/${attempt.attempt_id}`;
}

function commitMessage(title: string, trailers: readonly (readonly [string, string])[]): string {
  const subject = title.replace(/\s+/g, ' ').slice(0, 200);
  return `${subject}\n\n${trailers.map(([key, value]) => `${key}: ${value}`).join('\n')}\n`;
}
