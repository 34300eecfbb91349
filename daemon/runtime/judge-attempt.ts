import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatPointer } from '../../protocol/attempt-pointer.ts';
import type {
  Artifact,
  AttemptRecordedData,
  AttemptStartedData,
  Finding,
  ProcessEnd,
  ReviewRecord,
} from '../../protocol/generated/types.ts';
import { boundOutcome } from '../domain/bound-outcome.ts';
import { reviewAttempt, type ReviewOutcome } from '../domain/review/review-attempt.ts';
import type { Measurement, RepositoryFacts, Worktree } from '../ports/workspace.ts';
import { gatherEvidence, type Gathered } from '../review/gather-evidence.ts';
import { snapshotRef } from '../workspace/ref-name.ts';
import { collectArtifacts } from '../workspace/collect-artifacts.ts';
import { placesOf, type Order } from './attempt.ts';
import { restoreRound } from './restore-round.ts';
import { artifactFolder, digestFile, writeArtifact } from './attempt-files.ts';
import { changedControlFiles } from './control-changes.ts';
import { discardInBackground } from './discard-worktree.ts';
import type { KernelContext } from './kernel-context.ts';
import type { ProjectRuntime } from './project-runtime.ts';
import { enterPhase } from './watch-phase.ts';

/** An attempt whose worker is gone, ready to be measured and judged. */
export interface Judging {
  readonly projectId: string;
  readonly taskId: string;
  readonly stepId: string;
  readonly order: Order;
  readonly attempt: AttemptStartedData;
  readonly repository: RepositoryFacts;
  readonly worktree: Worktree;
  readonly preflight: readonly Finding[];
  /** What the worker left, measured before anything else ran in the worktree. */
  readonly measurement: Measurement;
}

/** Measures and judges an attempt, keeps its evidence by digest, and records the outcome. Safe to repeat after a crash. */
export async function judgeAttempt(
  context: KernelContext,
  project: ProjectRuntime,
  judging: Judging,
): Promise<void> {
  const { taskId, stepId, order, attempt, worktree } = judging;
  const startedAt = context.clock.now();
  const worker = await endOfWorker(project, taskId, stepId);
  await restoreRound(worktree.path, order.pack, attempt.dispatch);
  // The patch is of what the worker left, so it need not wait for the commands.
  const [gathered, patch] = await Promise.all([
    gather(context, judging, worker),
    writePatch(context, judging),
  ]);
  if (context.signal.aborted) return;
  const review = reviewAttempt(order.pack, gathered.evidence, order.commandLines);
  const kept = await keepEvidence(context, judging, { gathered, review, patch });
  const ref = snapshotRef(taskId, attempt.attempt_id);
  const snapshot =
    review.verdict === 'PASS'
      ? null
      : { ref, commit: await snapshotWork(context, judging, gathered.tree, ref) };
  const duration = (worker?.duration_ms ?? 0) + Math.max(0, context.clock.now() - startedAt);
  const outcome: Omit<AttemptRecordedData, 'next_action'> = {
    ...boundOutcome(review, gathered.evidence),
    attempt_id: attempt.attempt_id,
    r: attempt.r,
    s: attempt.s,
    recorded_by: 'controller',
    result: review.verdict,
    controller_verdict: review.verdict,
    base_commit: worktree.baseCommit,
    tree: gathered.tree,
    ...kept,
    snapshot,
    usage: null,
    duration_ms: Math.round(duration),
  };
  await project.apply(taskId, { type: 'recordAttempt', stepId, outcome });
  if (review.verdict === 'FAIL') discardInBackground(context, judging.repository, worktree.path);
}

async function endOfWorker(
  project: ProjectRuntime,
  taskId: string,
  stepId: string,
): Promise<ProcessEnd | null> {
  const phase = (await project.load(taskId)).steps.get(stepId)?.phase;
  return phase?.type === 'exited' ? phase.exited.end : null;
}

async function gather(
  context: KernelContext,
  judging: Judging,
  worker: ProcessEnd | null,
): Promise<Gathered> {
  const { order, attempt, worktree, repository } = judging;
  const places = placesOf(context, order.pack, attempt);
  return await gatherEvidence({
    pack: order.pack,
    commandLines: order.commandLines,
    attempt: { attempt_id: attempt.attempt_id, r: attempt.r, s: attempt.s },
    round: attempt.dispatch,
    worktree,
    roundDir: places.roundDir,
    worker,
    preflight: judging.preflight,
    measurement: judging.measurement,
    limits: attempt.limits,
    signal: context.signal,
    runner: context.commands,
    restoreRound: () => restoreRound(worktree.path, order.pack, attempt.dispatch),
    treeNow: (which, before) => context.workspace.treeNow(which, before),
    controlChanges: async () =>
      changedControlFiles(await context.workspace.controlDigest(repository), {
        digest: attempt.control_sha256,
        file: places.controlFile,
      }),
    onCommand: (record) => {
      const where = { project_id: judging.projectId, task_id: judging.taskId, step_id: judging.stepId };
      const detail = `command ${record.index + 1} of ${order.commandLines.length}: exit ${String(record.exit_code)}`;
      enterPhase(context, attempt, where, 'verifying', { detail });
    },
  });
}

/** Writes the controller's step result and review record, and copies the whole round into the task's artifacts. */
async function keepEvidence(
  context: KernelContext,
  judging: Judging,
  judged: { readonly gathered: Gathered; readonly review: ReviewOutcome; readonly patch: Artifact | null },
): Promise<Pick<AttemptRecordedData, 'review' | 'step_result' | 'patch'>> {
  const { order, attempt, worktree } = judging;
  const { gathered, review, patch } = judged;
  const { roundDir } = placesOf(context, order.pack, attempt);
  const folder = artifactFolder(attempt);
  const stepResult = join(roundDir, 'step_result.json');
  // Threat: a required command, too, may have put a link in its place.
  await rm(stepResult, { recursive: true, force: true });
  await writeFile(stepResult, `${JSON.stringify(review.stepResult, null, 2)}\n`, { flag: 'wx' });
  const collected = await collectArtifacts({ roundDir, taskDir: order.folder, into: folder });
  const artifacts = [...collected.artifacts];
  if (patch !== null) artifacts.push(patch);
  const byName = new Map(artifacts.map((artifact) => [artifact.path.slice(folder.length + 1), artifact]));
  const record: ReviewRecord = {
    review_version: '1.0',
    task_id: order.pack.task_id,
    run_id: order.pack.run_id,
    step_id: order.pack.step_id,
    attempt: gathered.evidence.attempt,
    verdict: review.verdict,
    reason_code: review.reasonCode,
    reason_detail: review.detail,
    criteria: review.criteria,
    gates: review.gates,
    findings: review.findings,
    commands: gathered.evidence.commands.map((command) => ({
      ...command,
      stdout: { ...command.stdout, artifact: byName.get(`outputs/cmd_${command.index}.stdout.txt`) ?? null },
      stderr: { ...command.stderr, artifact: byName.get(`outputs/cmd_${command.index}.stderr.txt`) ?? null },
    })),
    files_changed: gathered.evidence.changes,
    base_commit: worktree.baseCommit,
    tree: gathered.tree,
    tree_after_commands: gathered.treeAfterCommands,
    worker: gathered.evidence.worker,
    artifacts,
  };
  return {
    review: await writeArtifact(
      order.folder,
      `${folder}/review.json`,
      `${JSON.stringify(record, null, 2)}\n`,
    ),
    step_result: byName.get('step_result.json') ?? null,
    patch,
  };
}

async function writePatch(context: KernelContext, judging: Judging): Promise<Artifact | null> {
  const { attempt, order, measurement, worktree } = judging;
  if (measurement.changes.length === 0) return null;
  const path = `${artifactFolder(attempt)}/change.patch`;
  const file = join(order.folder, ...path.split('/'));
  await mkdir(dirname(file), { recursive: true });
  await context.workspace.writePatch(worktree, measurement.tree, file);
  return { path, ...(await digestFile(file)) };
}

async function snapshotWork(
  context: KernelContext,
  judging: Judging,
  tree: string,
  ref: string,
): Promise<string> {
  const { repository, worktree, attempt, order } = judging;
  return await context.workspace.snapshot({
    repository,
    tree,
    baseCommit: worktree.baseCommit,
    ref,
    message: `reeve: work of ${order.pack.task_id} ${formatPointer(attempt)}, not accepted`,
    time: timeOf(attempt.attempt_id),
  });
}

/** The time within the attempt id: fixed by an event, so that repeating a commit gives the same one. */
export function timeOf(attemptId: string): string {
  const match = /^A_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z_/.exec(attemptId);
  return match === null
    ? '1970-01-01T00:00:00Z'
    : `${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}Z`;
}
