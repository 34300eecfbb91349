import type { Config } from '../../daemon/config/config.ts';
import { inboxFolders, listDrops } from '../../daemon/inbox/inbox-folders.ts';
import type { DaemonServices, TaskOverview } from '../../daemon/ports/services.ts';
import type { Context } from '../context.ts';
import { findRunningDaemon } from '../running-daemon.ts';
import type { RunningDaemon } from '../running-daemon.ts';
import { openQueries } from '../services.ts';

/** Everything `reeve status` shows. */
export interface Status extends TaskOverview {
  readonly daemon: { readonly pid: number; readonly url: string; readonly started: string } | null;
  readonly running: ReturnType<DaemonServices['running']>;
  /** Files that no one has looked at yet. */
  readonly inbox: readonly { readonly project_id: string; readonly name: string }[];
}

/** Reads the ledger and the inboxes, and asks the daemon what runs. */
export async function readStatus(context: Context): Promise<Status> {
  const config = await context.config();
  const project = context.options.text('project');
  const daemon = await findRunningDaemon(config);
  return {
    daemon: daemon === null ? null : { pid: daemon.pid, url: daemon.url, started: daemon.started },
    running: daemon === null ? [] : await readRunning(daemon),
    inbox: await readInboxes(config, project),
    ...(await readTasks(config, project, context.options.flag('all'))),
  };
}

/** How many tasks there are beside those that are listed. */
export function countLeftOut({ tasks, counts }: TaskOverview): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0) - tasks.length;
}

async function readTasks(config: Config, project: string | undefined, isAll: boolean): Promise<TaskOverview> {
  const queries = await openQueries(config);
  const overview = await queries.overview(project);
  return isAll && countLeftOut(overview) > 0
    ? { ...overview, tasks: await queries.listTasks(project) }
    : overview;
}

async function readRunning(daemon: RunningDaemon): Promise<Status['running']> {
  const { createHttpClient } = await import('../../daemon/http/client.ts');
  // It may stop at this very moment: then nothing runs.
  return createHttpClient(daemon)
    .running()
    .catch(() => []);
}

async function readInboxes(config: Config, project: string | undefined): Promise<Status['inbox']> {
  const folders = await inboxFolders(config.paths.workflow, config.project);
  const wanted = folders.filter(({ projectId }) => project === undefined || projectId === project);
  const found = wanted.map(async ({ folder, projectId }) => {
    return (await listDrops(folder)).map((name) => ({ project_id: projectId, name }));
  });
  return (await Promise.all(found)).flat();
}
