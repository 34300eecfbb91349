import type { Logger } from 'pino';
import { ReeveError } from '../../protocol/errors.ts';
import { isId } from '../../protocol/ids.ts';
import type { LedgerEvent } from '../../protocol/events.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../ports/clock.ts';
import type { TaskSummary } from '../ports/services.ts';
import { createGitHost } from '../workspace/git-host.ts';
import { createCommands, type KernelCommands } from './commands.ts';
import { createKernelContext } from './create-kernel-context.ts';
import { executeIntent } from './execute-intent.ts';
import { holdImported } from './hold-imported.ts';
import type { KernelContext, Phase } from './kernel-context.ts';
import { openKeptLedger } from './open-kept-ledger.ts';
import { openProjectRuntime, type ProjectRuntime } from './project-runtime.ts';
import { createProjections } from './projections.ts';
import { createScheduler } from './scheduler.ts';
import { summarise } from './task-summary.ts';
import { sweepWorktrees } from './sweep-worktrees.ts';

/** Reeve's working heart: the ledger open for writing, and whatever is owed being carried out. */
export interface Kernel {
  readonly commands: KernelCommands;
  /** Opens a project, or makes it. @throws ReeveError USAGE for a name that is no id */
  project(projectId: string): Promise<ProjectRuntime>;
  openProjects(): readonly ProjectRuntime[];
  /** The tasks of a project, from memory. */
  listTasks(projectId: string): readonly TaskSummary[];
  /** Durable events, in id order, without gaps. */
  subscribe(listener: (event: LedgerEvent) => void): () => void;
  /** Id of the newest event told to subscribers; null before the first. */
  readonly newestEvent: string | null;
  /** What runs right now. */
  running(): readonly Phase[];
  /** Looks at everything owed again: the truth, of which every wake-up is only a hint. */
  considerAll(): void;
  /** Resolves when nothing runs and nothing is owed. */
  idle(): Promise<void>;
  readonly isIdle: boolean;
  /** Rejects when the ledger can no longer be written; never resolves. */
  readonly failed: Promise<never>;
  /** Ends what runs (it is taken up at the next start), flushes and releases the lock. Idempotent. */
  close(): Promise<void>;
}

export interface KernelOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  /** Reeve's own version, recorded in projects that are made. */
  readonly version: string;
  /** The environment of this process, of which workers get an allow-list. */
  readonly hostEnv: Readonly<Record<string, string | undefined>>;
  /** Restricts the work to some tasks; default: everything owed. `() => false` carries out nothing. */
  readonly isWanted?: (projectId: string, taskId: string) => boolean;
  /** Told of each project that is opened after the first ones, before anything is done in it. */
  readonly onNewProject?: (project: ProjectRuntime) => Promise<void>;
}

/**
 * Opens the ledger under its lock and starts carrying out what is owed.
 *
 * @throws ReeveError LEDGER_LOCKED, LEDGER_DAMAGED, LEDGER_ROLLED_BACK, LEDGER_FORKED, KEY_UNSAFE, IO_FAILED
 */
export async function openKernel(options: KernelOptions): Promise<Kernel> {
  const { config, clock, log } = options;
  const { ledger, keeper } = await openKeptLedger(options);
  let newestEvent: string | null = null;
  ledger.subscribe((event) => (newestEvent = event.id));
  const ending = new AbortController();
  const phases = new Map<string, Phase>();
  const gitHost = createGitHost();
  const context = createKernelContext(options, ending.signal, phases, gitHost.run);
  const opened = new Map<string, ProjectRuntime>();
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined);
  const listTasks = (projectId: string): readonly TaskSummary[] =>
    [...(opened.get(projectId)?.ledger.tasks.values() ?? [])].map((head) => summarise(projectId, head));
  const projections = createProjections({
    paths: config.paths,
    project: (projectId) => opened.get(projectId),
    log,
  });
  const scheduler = createScheduler({
    projects: () => opened.values(),
    project: (projectId) => opened.get(projectId),
    parallel: config.parallel,
    execute: (project, state, intent) => executeIntent(context, project, state, intent),
    onFatal: (error) => {
      ending.abort(error);
      fail(error);
    },
    isWanted: options.isWanted ?? (() => true),
    log,
  });
  let isOpen = false;
  const project = onceEach(async (projectId) => {
    const runtime = await openProjectRuntime(
      await ledger.project(projectId, { create: true }),
      (_, state) => {
        projections.touch(projectId, state.taskId);
        const changed = opened.get(projectId);
        if (changed !== undefined && state.closed === null) scheduler.consider(changed, state);
      },
    );
    await keeper?.keep(runtime.ledger);
    await holdImported(runtime);
    opened.set(projectId, runtime);
    await projections.catchUp(projectId);
    if (isOpen) await options.onNewProject?.(runtime);
    return runtime;
  });
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    ending.abort();
    await scheduler.stop();
    await Promise.all(context.background);
    await projections.flush();
    await ledger.close();
    gitHost.close();
  };

  try {
    for (const projectId of await ledger.projects()) await project(projectId);
    isOpen = true;
  } catch (error) {
    await ledger.close();
    throw error;
  }
  await sweepAll(context, opened.values());
  return {
    commands: createCommands({
      config,
      clock,
      version: options.version,
      project,
      projections,
      ledger,
      signer: keeper?.signer ?? null,
      keepCheckpoints: async () => await keeper?.flush(),
    }),
    project,
    openProjects: () => [...opened.values()],
    listTasks,
    subscribe: (listener) => ledger.subscribe(listener),
    get newestEvent() {
      return newestEvent;
    },
    running: () => [...phases.values()],
    considerAll: () => scheduler.considerAll(),
    idle: async () => {
      await Promise.race([scheduler.idle(), failed]);
      await Promise.all(context.background);
    },
    get isIdle() {
      return scheduler.isIdle;
    },
    failed,
    close: () => (closing ??= close()),
  };
}

/** Opens each project once; one that could not be opened (a full disk) may be mended and tried again. */
function onceEach(
  open: (projectId: string) => Promise<ProjectRuntime>,
): (projectId: string) => Promise<ProjectRuntime> {
  const projects = new Map<string, Promise<ProjectRuntime>>();
  return (projectId) => {
    assertProjectId(projectId);
    const known = projects.get(projectId);
    if (known !== undefined) return known;
    const opening = open(projectId);
    projects.set(projectId, opening);
    opening.catch(() => projects.delete(projectId));
    return opening;
  };
}

function assertProjectId(projectId: string): void {
  if (isId(projectId)) return;
  const hint =
    'a project id is letters, digits, dots, dashes and underscores, and begins with a letter or digit';
  throw new ReeveError('USAGE', `${projectId} cannot name a project`, { hint });
}

async function sweepAll(context: KernelContext, projects: Iterable<ProjectRuntime>): Promise<void> {
  for (const project of projects) {
    await sweepWorktrees(context, project).catch((err: unknown) =>
      context.log.warn({ err, project_id: project.projectId }, 'old worktrees could not be removed'),
    );
  }
}
