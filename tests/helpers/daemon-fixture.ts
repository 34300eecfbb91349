import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { Config } from '../../daemon/config/config.ts';
import { loadConfig } from '../../daemon/config/load-config.ts';
import { startDaemon, type Daemon } from '../../daemon/main.ts';
import type { Queries, SubmitAnswer, TaskDetail } from '../../daemon/ports/services.ts';
import { createQueries } from '../../daemon/runtime/queries.ts';
import type { LedgerEvent } from '../../protocol/events.ts';
import type { ScenarioAction } from '../../protocol/generated/types.ts';
import { assertIntact } from './assert-intact.ts';
import { createRepo, type RepoFixture, type RepoOptions } from './repo-fixture.ts';

/** A worker as `reeve.yaml` has it; a scenario is given by what it holds, and written to a file. */
export type WorkerEntry =
  | { readonly kind: 'command'; readonly command: readonly string[] }
  | { readonly kind: 'scripted'; readonly attempts: Readonly<Record<string, readonly ScenarioAction[]>> };

export interface ProjectOptions extends RepoOptions {
  /** By name. Default: none. */
  readonly workers?: Readonly<Record<string, WorkerEntry>>;
  /** Other tables of `reeve.yaml`. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A repository with a `reeve.yaml`, and the means to watch what a daemon makes of it. */
export interface ProjectFixture extends RepoFixture {
  readonly workflow: string;
  readonly config: Config;
  readonly queries: Queries;
  /** Drops a file into an inbox as a rename; a plain value is written as JSON. Answers where it lay. */
  drop(content: unknown, options?: { readonly name?: string; readonly project?: string }): Promise<string>;
  task(taskId: string): Promise<TaskDetail>;
  taskEvents(taskId: string): Promise<readonly LedgerEvent[]>;
  projectEvents(): Promise<readonly LedgerEvent[]>;
  /** Folders of worktrees that are still there, relative to `.reeve/worktrees`. */
  worktrees(): Promise<readonly string[]>;
  /** Fails unless every line, link, head and file of the project holds. */
  assertVerified(): Promise<void>;
}

/** Makes a repository configured for Reeve. */
export async function createProject(t: TestContext, options: ProjectOptions = {}): Promise<ProjectFixture> {
  const repo = await createRepo(t, options);
  const settings = {
    project: 'default',
    workers: await writeScenarios(repo.home, options.workers ?? {}),
    http: { enabled: false },
    inbox: { rescan_sec: 1 },
    ...options.settings,
  };
  // JSON is YAML; outside of the repository, so that it never counts among what the user has there.
  const file = join(repo.home, 'reeve.yaml');
  await writeFile(file, JSON.stringify(settings));
  const config = await loadConfig({
    startDir: repo.root,
    explicitFile: file,
    env: {},
    flags: { data_root: repo.root },
  });
  const { workflow, state } = config.paths;
  const queries = createQueries(config.paths);
  return {
    ...repo,
    workflow,
    config,
    queries,
    async drop(content, { name = 'pack.json', project = 'default' } = {}) {
      const inbox = join(workflow, project, 'inbox');
      await mkdir(inbox, { recursive: true });
      const staged = join(repo.home, `staged-${name}`);
      const isRaw = typeof content === 'string' || content instanceof Uint8Array;
      await writeFile(staged, isRaw ? content : JSON.stringify(content));
      await rename(staged, join(inbox, name));
      return join(inbox, name);
    },
    task: (taskId) => queries.showTask(taskId),
    taskEvents: (taskId) => collect(queries.taskEvents(taskId, {})),
    async projectEvents() {
      const events = await collect(queries.allEvents({ after: null }));
      return events.filter((event) => event.task_id === undefined);
    },
    async worktrees() {
      const entries = await readdir(join(state, 'worktrees'), { recursive: true }).catch(() => []);
      return entries.filter((entry) => /^[^/]+\/[^/]+\/[^/]+$/.test(entry)).toSorted();
    },
    async assertVerified() {
      await assertIntact(join(workflow, 'default'), { threads: 1 });
    },
  };
}

/** A line the daemon logged. */
export interface LogLine {
  readonly msg: string;
  readonly [key: string]: unknown;
}

/** A daemon at work in this process. */
export interface DaemonFixture extends Daemon {
  /** Every durable event since the start, in order. */
  readonly events: readonly LedgerEvent[];
  readonly logged: readonly LogLine[];
  /** Resolves with the first event, past or to come, that has this type and satisfies the condition. */
  event<T extends LedgerEvent['type']>(
    type: T,
    condition?: (event: Extract<LedgerEvent, { type: T }>) => boolean,
  ): Promise<Extract<LedgerEvent, { type: T }>>;
}

/** Starts the daemon; it is closed at the latest when the test ends. */
export async function openDaemon(project: ProjectFixture): Promise<DaemonFixture> {
  const logged: LogLine[] = [];
  const log = pino(
    { level: 'info' },
    { write: (line: string) => void logged.push(JSON.parse(line) as LogLine) },
  );
  const events: LedgerEvent[] = [];
  const daemon = await startDaemon({
    config: project.config,
    clock: { now: () => Date.now() },
    log,
    hostEnv: project.hostEnv,
    version: '0.0.0-test',
  });
  daemon.services.subscribe((event) => events.push(event));
  project.atEnd(() => daemon.close('the test ended'));
  return {
    ...daemon,
    events,
    logged,
    async event(type, condition = () => true) {
      const isIt = (event: LedgerEvent): event is Extract<LedgerEvent, { type: typeof type }> =>
        event.type === type && condition(event as Extract<LedgerEvent, { type: typeof type }>);
      return await eventually(() => events.find(isIt), `an event ${type}`);
    },
  };
}

/** Runs a daemon over a project until nothing is owed any more, and closes it. */
export async function runToEnd(project: ProjectFixture): Promise<DaemonFixture> {
  const daemon = await openDaemon(project);
  await daemon.settled();
  await daemon.close('nothing is owed');
  return daemon;
}

/** Polls until there is an answer; fails after a minute, which no passing test comes near. */
export async function eventually<T>(
  look: () => T | undefined | Promise<T | undefined>,
  what: string,
): Promise<T> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(15)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
  }
  throw new Error(`there never was ${what}`);
}

/** The least that a person writes, with anything replaced or added: `docs/hello.md` must come to exist. */
export function packOf(change: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    task_id: 'T-1',
    run_id: `${typeof change['task_id'] === 'string' ? change['task_id'] : 'T-1'}_run`,
    title: 'Write a greeting',
    allowed_paths: ['docs/**'],
    commands_to_run: ['test -f docs/hello.md'],
    acceptance_criteria: ['AC1: docs/hello.md exists.'],
    ...change,
  };
}

/** A worker that is a few lines of shell: much faster to start than a scenario. */
export function shell(script: string): WorkerEntry {
  return { kind: 'command', command: ['sh', '-ec', script] };
}

export const GREET = shell('mkdir -p docs && echo hello > docs/hello.md');
export const IDLE: WorkerEntry = { kind: 'command', command: ['true'] };

/** A worker that does the same in every attempt. */
export function scripted(...actions: readonly ScenarioAction[]): WorkerEntry {
  return { kind: 'scripted', attempts: { default: actions } };
}

/** What a refusal left behind: the listed problems' codes and the bytes kept. */
export async function refusalOf(
  project: Pick<ProjectFixture, 'workflow'>,
  name: string,
  projectId = 'default',
): Promise<{ readonly codes: readonly string[]; readonly kept: Buffer }> {
  const folder = join(project.workflow, projectId, 'rejected');
  const errors = JSON.parse(await readFile(join(folder, `${name}.errors.json`), 'utf8')) as {
    readonly problems: SubmitAnswer['problems'];
  };
  return {
    codes: [...new Set(errors.problems.map(({ code }) => code))],
    kept: await readFile(join(folder, name)),
  };
}

async function writeScenarios(
  home: string,
  workers: Readonly<Record<string, WorkerEntry>>,
): Promise<Readonly<Record<string, unknown>>> {
  const entries = Object.entries(workers).map(async ([name, worker]) => {
    if (worker.kind === 'command') return [name, worker] as const;
    const scenario = join(home, `${name}.scenario.json`);
    await writeFile(scenario, JSON.stringify({ attempts: worker.attempts }));
    return [name, { kind: 'scripted', scenario }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function collect<T>(source: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
}
