import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { ReeveError } from '../protocol/errors.ts';
import type { LedgerEvent } from '../protocol/events.ts';
import type { Config } from './config/config.ts';
import { createHttpServer, type HttpServer } from './http/create-http-server.ts';
import { ensureToken } from './http/token.ts';
import type { Clock } from './ports/clock.ts';
import type { DaemonServices, Queries } from './ports/services.ts';
import { announceDaemon, withdrawDaemon } from './runtime/announce-daemon.ts';
import { createIntake, type Intake } from './runtime/intake.ts';
import { openKernel, type Kernel } from './runtime/kernel.ts';
import { DAEMON, type ProjectRuntime } from './runtime/project-runtime.ts';
import { recordStart } from './runtime/record-start.ts';
import { makeDataFolders } from './runtime/make-data-folders.ts';
import { createQueries } from './runtime/queries.ts';
import { takeLease } from './runtime/lease.ts';

/** A daemon at work. */
export interface Daemon {
  readonly services: DaemonServices;
  readonly kernel: Kernel;
  /** Where the HTTP API answers; null when it is switched off. */
  readonly url: string | null;
  /** Resolves when every inbox is empty and nothing is owed any more. */
  settled(): Promise<void>;
  /** Resolves with the reason when somebody asked the daemon to stop; rejects when the ledger can no longer be written. */
  readonly stopRequested: Promise<string>;
  /** Stops in the reverse order of the start; what runs is taken up at the next start. Idempotent. */
  close(reason: string): Promise<void>;
}

export interface DaemonOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  readonly hostEnv: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Hears of every event from the first on. */
  readonly onEvent?: (event: LedgerEvent) => void;
}

/**
 * Starts the daemon: ledger, scheduler, inboxes, HTTP.
 *
 * @throws ReeveError LEDGER_LOCKED when another one serves this data root, LEDGER_DAMAGED, LEDGER_ROLLED_BACK,
 *   LEDGER_FORKED, KEY_UNSAFE, IO_FAILED
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { config, clock, log, version } = options;
  const closers: (() => Promise<unknown>)[] = [];
  let closing: Promise<void> | null = null;
  const closeAll = async (): Promise<void> => {
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
      await close().catch((err: unknown) => log.error({ err }, 'while stopping'));
    }
  };
  try {
    await makeDataFolders(config.paths);
    const begin = (project: ProjectRuntime): Promise<void> => recordStart(project, config, version);
    const kernel = await openKernel({ ...options, onNewProject: begin });
    closers.push(() => kernel.close());
    const lease = await takeLease(config.paths.state, log);
    closers.push(() => lease.release());
    if (options.onEvent !== undefined) kernel.subscribe(options.onEvent);
    for (const project of kernel.openProjects()) await begin(project);
    await makeInboxes(config, kernel);
    const intake = await createIntake({ config, kernel, log });
    closers.push(() => intake.close());
    const stop = createStopRequest(kernel);
    const services = createServices(config, kernel, intake, stop.request);
    const server = config.http.enabled ? await serve(options, services) : null;
    if (server !== null)
      closers.push(
        () => server.http.close(),
        () => withdrawDaemon(config.paths.state),
      );
    kernel.considerAll();
    log.info(
      { url: server?.url, version, pid: process.pid, started: new Date(clock.now()).toISOString() },
      'ready',
    );
    return {
      services,
      kernel,
      url: server?.url ?? null,
      settled: () => settled(kernel, intake),
      stopRequested: stop.requested,
      close(reason) {
        closing ??= recordStop(kernel, reason).then(closeAll, closeAll);
        return closing;
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** A person who looks for the place to drop a pack finds it. */
async function makeInboxes(config: Config, kernel: Kernel): Promise<void> {
  const projects = new Set([config.project, ...kernel.openProjects().map(({ projectId }) => projectId)]);
  for (const project of projects)
    await mkdir(join(config.paths.workflow, project, 'inbox'), { recursive: true });
}

async function serve(
  options: DaemonOptions,
  services: DaemonServices,
): Promise<{ readonly http: HttpServer; readonly url: string }> {
  const { config, clock, log, version } = options;
  const token = await ensureToken(`${config.paths.state}/token`);
  const http = createHttpServer({ services, token, log, version });
  const { url } = await http.listen(config.http.port);
  await announceDaemon(config.paths.state, { url, version, started: new Date(clock.now()).toISOString() });
  return { http, url };
}

function createServices(
  config: Config,
  kernel: Kernel,
  intake: Intake,
  requestStop: (reason: string) => void,
): DaemonServices {
  return {
    queries: liveQueries(config, kernel),
    commands: kernel.commands,
    defaultProject: config.project,
    subscribe: (listener) => kernel.subscribe(listener),
    newestEvent: () => kernel.newestEvent,
    running: () => kernel.running(),
    readiness: () => ({
      ready: intake.isReady,
      reasons: intake.isReady ? [] : ['the inboxes are being scanned'],
    }),
    stop: requestStop,
  };
}

/** Lists come from the open ledger's memory; everything else is read from the files, as without a daemon. */
function liveQueries(config: Config, kernel: Kernel): Queries {
  const listTasks = (projectId?: string) =>
    kernel
      .openProjects()
      .filter((project) => projectId === undefined || project.projectId === projectId)
      .flatMap((project) => kernel.listTasks(project.projectId));
  return { ...createQueries(config.paths), listTasks: (projectId) => Promise.resolve(listTasks(projectId)) };
}

function createStopRequest(kernel: Kernel): {
  readonly request: (reason: string) => void;
  readonly requested: Promise<string>;
} {
  let request: (reason: string) => void = () => undefined;
  const asked = new Promise<string>((resolve) => (request = resolve));
  const requested = Promise.race([asked, kernel.failed]);
  // A caller that never looks must not see it as an unhandled rejection.
  requested.catch((error: ReeveError) => error);
  return { request, requested };
}

async function settled(kernel: Kernel, intake: Intake): Promise<void> {
  for (;;) {
    await intake.settled();
    await kernel.idle();
    // What was judged may have freed what depends on it, and more may have been dropped meanwhile.
    kernel.considerAll();
    if (kernel.isIdle && intake.isSettled) return;
  }
}

async function recordStop(kernel: Kernel, reason: string): Promise<void> {
  for (const { ledger } of kernel.openProjects()) {
    const data = { pid: process.pid, reason: reason.slice(0, 200) };
    await ledger.appendProject(DAEMON, [{ type: 'daemon.stopped', data }]).durable;
  }
}
