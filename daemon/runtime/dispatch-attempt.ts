import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { canonicalJson } from '../../protocol/canonical-json.ts';
import { sha256Hex } from '../../protocol/digest.ts';
import type { AttemptStartedData } from '../../protocol/generated/types.ts';
import { formatPointer } from '../../protocol/attempt-pointer.ts';
import { renderBrief } from '../domain/brief.ts';
import type { Intent } from '../domain/plan.ts';
import type { StepState } from '../domain/task-state.ts';
import type { WorkerProfile } from '../ports/worker.ts';
import type { ControlDigest, Measurement, RepositoryFacts, Worktree } from '../ports/workspace.ts';
import { setAsideWorkerReport } from '../review/read-worker-report.ts';
import { layRound } from '../workspace/lay-round.ts';
import { branchName } from '../workspace/ref-name.ts';
import { loadOrder, placesOf, type Order } from './attempt.ts';
import { checkPrograms, makeReady } from './check-readiness.ts';
import type { KernelContext } from './kernel-context.ts';
import type { ProjectRuntime } from './project-runtime.ts';
import { judgeAttempt } from './judge-attempt.ts';
import { interruptAttempt } from './recover-attempt.ts';
import { restoreRound } from './restore-round.ts';
import { enterPhase, leavePhases } from './watch-phase.ts';

/**
 * Carries one attempt from its intent to its outcome:
 *
 *     attempt.started (durable) → worktree → worker → worker.exited (durable) → review → attempt.recorded
 *
 * A crash anywhere leaves an unfinished intent, which the plan finds at the next start.
 */
export async function dispatchAttempt(
  context: KernelContext,
  project: ProjectRuntime,
  taskId: string,
  step: StepState,
  intent: Extract<Intent, { type: 'dispatch' }>,
): Promise<void> {
  const order = await loadOrder(context, project, taskId, step);
  const readiness = await makeReady(context, step, order);
  if (!readiness.ok) {
    const escalation = { reason_code: 'BACKEND_UNAVAILABLE', detail: readiness.detail } as const;
    await project.apply(taskId, { type: 'escalate', stepId: step.stepId, escalation });
    return;
  }
  const { worker, repository } = readiness;
  const control = await context.workspace.controlDigest(repository);
  const before = step.base?.control ?? null;
  if (before !== null && before !== sha256Hex(canonicalJson(control))) {
    await project.apply(taskId, { type: 'escalate', stepId: step.stepId, escalation: TAMPERED });
    return;
  }
  const attempt = await startAttempt(context, project, {
    taskId,
    step,
    intent,
    order,
    worker,
    repository,
    control,
  });
  if (context.signal.aborted) return;
  const where = { project_id: project.projectId, task_id: taskId, step_id: step.stepId };
  try {
    enterPhase(context, attempt, where, 'preparing');
    const { roundDir, worktree: path } = placesOf(context, order.pack, attempt);
    const [worktree, preflight] = await Promise.all([
      prepareWorktree(context, order, attempt, repository, control),
      checkPrograms(context, order, worker, path),
    ]);
    enterPhase(context, attempt, where, 'working', { output: join(roundDir, 'shim_stdout.txt') });
    const run = { taskId, step, order, worker, attempt, worktree, roundDir };
    const measurement =
      preflight.length === 0
        ? await runWorker(context, project, run)
        : await context.workspace.measure(worktree);
    if (measurement === null) {
      const stopped = project.peek(taskId)?.steps.get(step.stepId) ?? step;
      await interruptAttempt(
        context,
        project,
        taskId,
        stopped,
        'the daemon was stopped, and ended the worker',
      );
      return;
    }
    enterPhase(context, attempt, where, 'verifying');
    const judging = {
      projectId: project.projectId,
      taskId,
      stepId: step.stepId,
      order,
      attempt,
      repository,
      worktree,
      preflight,
      measurement,
    };
    await judgeAttempt(context, project, judging);
  } catch (error) {
    if (!context.signal.aborted) await interruptFailed(context, project, taskId, step.stepId, error);
    throw error;
  } finally {
    leavePhases(context, attempt);
  }
}

/** An attempt that Reeve itself could not carry out is interrupted by name, and not left for a restart to explain. */
async function interruptFailed(
  context: KernelContext,
  project: ProjectRuntime,
  taskId: string,
  stepId: string,
  error: unknown,
): Promise<void> {
  const step = project.peek(taskId)?.steps.get(stepId);
  if (step === undefined) return;
  const message = error instanceof Error ? error.message : String(error);
  const detail = `Reeve could not carry it out: ${message}`.slice(0, 900);
  // Where even that fails, the intent stays open, and the plan finds it.
  await interruptAttempt(context, project, taskId, step, detail).catch((err: unknown) =>
    context.log.warn({ err, task_id: taskId }, 'a failed attempt could not be interrupted'),
  );
}

/** Threat: a worker that planted a hook would have its next attempt measured against the planted state. */
const TAMPERED = {
  reason_code: 'GATE_TAMPERED',
  detail:
    'the repository’s own machinery (.git/config, hooks, info) is not as it was before the first attempt; ' +
    'put it right by hand, Reeve does not, and then retry',
} as const;

async function prepareWorktree(
  context: KernelContext,
  order: Order,
  attempt: AttemptStartedData,
  repository: RepositoryFacts,
  control: ControlDigest,
): Promise<Worktree> {
  const places = placesOf(context, order.pack, attempt);
  await mkdir(dirname(places.controlFile), { recursive: true });
  await writeFile(places.controlFile, canonicalJson(control));
  const { base_commit: baseCommit, start_tree: startTree } = attempt;
  const worktree = await context.workspace.prepare({
    repository,
    path: places.worktree,
    baseCommit,
    startTree,
  });
  const { run_id: runId, step_id: stepId } = order.pack;
  await layRound(worktree.path, { runId, stepId, round: attempt.dispatch });
  return worktree;
}

async function startAttempt(
  context: KernelContext,
  project: ProjectRuntime,
  start: {
    readonly taskId: string;
    readonly step: StepState;
    readonly intent: Extract<Intent, { type: 'dispatch' }>;
    readonly order: Order;
    readonly worker: WorkerProfile;
    readonly repository: RepositoryFacts;
    readonly control: ControlDigest;
  },
): Promise<AttemptStartedData> {
  const { taskId, step, intent, order, worker, repository } = start;
  const base = step.base ?? (await baseOf(project, taskId, repository));
  const attemptId = newAttemptId(context);
  const attempt = {
    attempt_id: attemptId,
    r: intent.r,
    s: intent.s,
    worker: worker.name,
    worker_kind: worker.kind,
    base_commit: base.commit,
    start_tree: base.startTree,
    repository: repository.root,
    worktree: `worktrees/${project.projectId}/${taskId}/${attemptId}`,
    branch: branchName(taskId, order.pack.run_id),
    pack_sha256: step.pack?.pack_sha256 ?? '',
    rework_sha256: step.rework?.rework_sha256 ?? null,
    control_sha256: sha256Hex(canonicalJson(start.control)),
    limits: order.limits,
  };
  const [started] = await project.apply(taskId, { type: 'startAttempt', stepId: step.stepId, attempt });
  return started?.type === 'attempt.started' ? started.data : { ...attempt, dispatch: step.dispatches };
}

/** A later step of a task builds on the work its earlier step left on the task's branch; else HEAD is the base. */
async function baseOf(
  project: ProjectRuntime,
  taskId: string,
  repository: RepositoryFacts,
): Promise<{ readonly commit: string; readonly startTree: string }> {
  const head = { commit: repository.headCommit, startTree: repository.headTree };
  const steps = [...(await project.load(taskId)).steps.values()];
  const done = steps.findLast(
    (candidate) => candidate.phase.type === 'done' && candidate.latest?.tree != null,
  );
  if (done?.phase.type !== 'done' || done.latest?.tree == null) return head;
  return { commit: done.phase.commit, startTree: done.latest.tree };
}

/** `A_20260225T014130Z_0419c3`, as the field writes attempt ids. */
function newAttemptId(context: KernelContext): string {
  const time = new Date(context.clock.now()).toISOString().replace(/[-:]|\.\d+/g, '');
  return `A_${time}_${context.random(8)}`;
}

/** Runs the worker, measures what it left and records its end; null when the daemon ended it in order to stop. */
async function runWorker(
  context: KernelContext,
  project: ProjectRuntime,
  run: {
    readonly taskId: string;
    readonly step: StepState;
    readonly order: Order;
    readonly worker: WorkerProfile;
    readonly attempt: AttemptStartedData;
    readonly worktree: Worktree;
    readonly roundDir: string;
  },
): Promise<Measurement | null> {
  const { taskId, step, order, attempt, roundDir } = run;
  const stepId = step.stepId;
  // The worker reads copies: the ledger's own files are not put into its hands.
  const stepPackFile = join(roundDir, 'step_pack.json');
  const reworkPackFile = order.rework === null ? null : join(roundDir, 'rework_pack.json');
  await writeFile(stepPackFile, canonicalJson(order.pack));
  if (reworkPackFile !== null) await writeFile(reworkPackFile, canonicalJson(order.rework));
  let spawning: Promise<unknown> = Promise.resolve();
  const outcome = await context.workers.run({
    worker: run.worker,
    taskId,
    attemptId: attempt.attempt_id,
    pointer: formatPointer(attempt),
    worktree: run.worktree.path,
    roundDir,
    brief: renderBrief(order.pack, order.rework, attempt),
    stepPackFile,
    reworkPackFile,
    limits: attempt.limits,
    signal: context.signal,
    onSpawned: (process) => {
      const spawned = { attempt_id: attempt.attempt_id, ...process };
      spawning = project.apply(taskId, { type: 'recordSpawn', stepId, spawned });
      // It is awaited below; until then a failure must not end the process as unhandled.
      spawning.catch(() => undefined);
    },
  });
  await spawning;
  if (outcome.end.cause === 'cancelled') return null;
  const measurement = await context.workspace.measure(run.worktree);
  // After the measure, which tells of whatever the worker put in the folder's place.
  await restoreRound(run.worktree.path, order.pack, attempt.dispatch);
  await setAsideWorkerReport(roundDir);
  const exited = {
    attempt_id: attempt.attempt_id,
    end: outcome.end,
    stdout: { artifact: null, bytes: outcome.stdout.bytes, truncated: outcome.stdout.truncated },
    stderr: { artifact: null, bytes: outcome.stderr.bytes, truncated: outcome.stderr.truncated },
    tree: measurement.tree,
    unmeasured: measurement.unmeasured.slice(0, 20).map((sentence) => sentence.slice(0, 300)),
  };
  await project.apply(taskId, { type: 'recordExit', stepId, exited });
  return measurement;
}
