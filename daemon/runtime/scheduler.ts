import type { Logger } from 'pino';
import { ReeveError } from '../../protocol/errors.ts';
import { plan, type Intent } from '../domain/plan.ts';
import { dependenciesOf, type TaskState } from '../domain/task-state.ts';
import { createFailureBook, MAX_FAILURES } from './failure-book.ts';
import { createJobBook } from './job-book.ts';
import type { ProjectRuntime } from './project-runtime.ts';
import { createReadyQueue } from './ready-queue.ts';

/** Carries out what is owed, at most `parallel` attempts at once, each step's intents one after the other. */
export interface Scheduler {
  /** Looks at one task again, because its state moved. */
  consider(project: ProjectRuntime, state: TaskState): void;
  /** Looks at every open task again: the truth, of which `consider` is only the early wake-up. */
  considerAll(): void;
  /** Resolves when nothing runs and nothing is owed that can be carried out. */
  idle(): Promise<void>;
  readonly isIdle: boolean;
  /** Starts nothing more; resolves when what runs has ended. */
  stop(): Promise<void>;
}

export interface SchedulerOptions {
  readonly projects: () => Iterable<ProjectRuntime>;
  readonly project: (projectId: string) => ProjectRuntime | undefined;
  readonly parallel: number;
  readonly execute: (project: ProjectRuntime, state: TaskState, intent: Intent) => Promise<void>;
  /** Called when the ledger can no longer be written: nothing may go on. */
  readonly onFatal: (error: ReeveError) => void;
  /** Restricts the work to some tasks. */
  readonly isWanted: (projectId: string, taskId: string) => boolean;
  readonly log: Logger;
}

/** Creates a scheduler that has not looked at anything yet. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const ready = createReadyQueue();
  const jobs = createJobBook(options.parallel);
  const failures = createFailureBook();
  const waiters: (() => void)[] = [];
  let isStopping = false;

  const owed = (project: ProjectRuntime, state: TaskState): readonly Intent[] => {
    if (isStopping || !options.isWanted(project.projectId, state.taskId)) return [];
    const busy = jobs.busySteps(taskKey(project, state));
    const intents = plan(state, { busy, dependency: project.dependency });
    return intents.filter((intent) => !failures.isPaused(intentKey(project, state, intent)));
  };
  const consider = (project: ProjectRuntime, state: TaskState): void => {
    for (const intent of owed(project, state)) {
      if (intent.type !== 'dispatch') start(project, state, intent);
      else
        ready.add(priorityOf(state, intent), {
          ...intent,
          projectId: project.projectId,
          taskId: state.taskId,
        });
    }
    pump();
  };
  const pump = (): void => {
    while (jobs.hasFreeSlot && !isStopping) {
      const next = ready.take();
      if (next === undefined) break;
      const project = options.project(next.projectId);
      const state = project?.peek(next.taskId);
      if (project === undefined || state === undefined) continue;
      const intent = owed(project, state).find(
        (one) => one.type === 'dispatch' && one.stepId === next.stepId,
      );
      if (intent !== undefined) start(project, state, intent);
    }
    if (isIdle()) for (const done of waiters.splice(0)) done();
  };
  const start = (project: ProjectRuntime, state: TaskState, intent: Intent): void => {
    const key = intentKey(project, state, intent);
    const job = {
      key,
      task: taskKey(project, state),
      steps: intent.type === 'close' ? [...state.steps.keys()] : [intent.stepId],
      takesSlot: intent.type === 'dispatch',
      work: () =>
        options.execute(project, state, intent).then(
          () => failures.succeeded(key),
          (error: unknown) => onFailure(project, state, intent, error),
        ),
    };
    jobs.begin(job, () => reconsider(project, state.taskId));
  };
  const reconsider = (project: ProjectRuntime, taskId: string): void => {
    const state = project.peek(taskId);
    if (state !== undefined) return consider(project, state);
    // It is closed, and its end may be what another task waits for.
    for (const other of project.openTasks()) if (dependsOn(other, taskId)) consider(project, other);
    pump();
  };
  const onFailure = async (project: ProjectRuntime, state: TaskState, intent: Intent, error: unknown) => {
    if (isLedgerFailure(error)) return options.onFatal(error);
    const facts = { err: error, task_id: state.taskId, intent: intent.type };
    if (isStopping) return options.log.warn(facts, 'left for the next start');
    options.log.error(facts, 'an intent failed');
    const key = intentKey(project, state, intent);
    const isOver = failures.note(key, () => reconsider(project, state.taskId));
    if (!isOver || intent.type === 'close') return;
    const detail = `Reeve could not ${intent.type} after ${MAX_FAILURES} tries: ${messageOf(error)}`.slice(
      0,
      900,
    );
    const escalation = { reason_code: 'BACKEND_UNAVAILABLE', detail } as const;
    await project
      .apply(state.taskId, { type: 'escalate', stepId: intent.stepId, escalation })
      .catch(options.onFatal);
  };
  const isIdle = () => jobs.isEmpty && (isStopping || (ready.size === 0 && !failures.hasPauses));

  return {
    consider,
    considerAll() {
      for (const project of options.projects())
        for (const state of project.openTasks()) consider(project, state);
    },
    idle: () =>
      new Promise((resolve) => {
        waiters.push(resolve);
        pump();
      }),
    get isIdle() {
      return isIdle();
    },
    async stop() {
      isStopping = true;
      failures.close();
      await jobs.drained();
      pump();
    },
  };
}

function taskKey(project: ProjectRuntime, state: TaskState): string {
  return `${project.projectId}/${state.taskId}`;
}

function intentKey(project: ProjectRuntime, state: TaskState, intent: Intent): string {
  return `${taskKey(project, state)}/${intent.type === 'close' ? '' : intent.stepId}`;
}

function priorityOf(state: TaskState, intent: Extract<Intent, { type: 'dispatch' }>): number {
  return state.steps.get(intent.stepId)?.pack?.priority ?? 0;
}

function dependsOn(state: TaskState, taskId: string): boolean {
  return [...state.steps.values()].some((step) => dependenciesOf(step).includes(taskId));
}

function isLedgerFailure(error: unknown): error is ReeveError {
  return (
    error instanceof ReeveError && (error.code === 'LEDGER_WRITE_FAILED' || error.code === 'LEDGER_POISONED')
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
