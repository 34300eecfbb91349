import { setTimeout as sleep } from 'node:timers/promises';
import { ReeveError } from '../../protocol/errors.ts';
import { createHttpClient, isAlive } from '../../daemon/http/client.ts';
import type { SubmitAnswer, SubmitRequest } from '../../daemon/ports/services.ts';
import type { Context } from '../context.ts';
import { findRunningDaemon } from '../running-daemon.ts';
import type { RunningDaemon } from '../running-daemon.ts';
import { openQueries } from '../services.ts';
import { reeveVersion } from '../version.ts';

/** Somebody who does a submitted pack: the running daemon, or a kernel of our own. */
export interface Runner {
  readonly kind: 'daemon' | 'local';
  submit(request: SubmitRequest): Promise<SubmitAnswer>;
  /** Resolves when nothing is owed for the task any more, or the signal aborts. */
  work(projectId: string, taskId: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens whoever does the work of `reeve run`; what else waits in the inboxes is left alone. */
export async function openRunner(context: Context): Promise<Runner> {
  const daemon = await findRunningDaemon(await context.config());
  return daemon === null ? openLocalRunner(context) : openDaemonRunner(context, daemon);
}

async function openLocalRunner(context: Context): Promise<Runner> {
  const { signal } = context.host;
  let wanted: string | null = null;
  const { openLocalKernel } = await import('../local-kernel.ts');
  const { recordStart } = await import('../../daemon/runtime/record-start.ts');
  const kernel = await openLocalKernel(context, (projectId, taskId) => `${projectId}/${taskId}` === wanted);
  return {
    kind: 'local',
    async submit(request) {
      await recordStart(await kernel.project(request.projectId), await context.config(), reeveVersion());
      return kernel.commands.submitPack(request);
    },
    work: async (projectId, taskId) => {
      wanted = `${projectId}/${taskId}`;
      kernel.considerAll();
      await Promise.race([kernel.idle(), aborted(signal)]);
    },
    close: () => kernel.close(),
  };
}

/** How often the daemon's progress is looked at, in milliseconds. */
const LOOK_AGAIN_MS = 250;
const ANSWER_MS = 5_000;

async function openDaemonRunner(context: Context, daemon: RunningDaemon): Promise<Runner> {
  const { signal } = context.host;
  const client = createHttpClient(daemon);
  const queries = await openQueries(await context.config());
  return {
    kind: 'daemon',
    submit: (request) => client.submitPack(request),
    work: async (projectId, taskId) => {
      while (!signal.aborted) {
        const { status } = await queries.showTask(taskId, projectId);
        if (status !== 'queued' && status !== 'running') return;
        if (!(await isAlive(daemon.url, ANSWER_MS))) throw daemonGone(taskId);
        await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
      }
    },
    close: async () => {},
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function daemonGone(taskId: string): ReeveError {
  return new ReeveError('DAEMON_UNREACHABLE', `The daemon went away while ${taskId} was under way.`, {
    hint: 'Nothing is lost; go on with: reeve start',
  });
}
