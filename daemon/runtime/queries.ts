import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import { isId } from '../../protocol/ids.ts';
import type { DataPaths } from '../config/config.ts';
import { evolveTask } from '../domain/evolve-task.ts';
import { EMPTY_HISTORY, recordHistory } from '../domain/task-history.ts';
import { emptyTask } from '../domain/task-state.ts';
import { readEvents, readTaskEvents } from '../ledger/read-events.ts';
import { RECENT_TASKS, type TaskRecord } from '../ledger/project-register.ts';
import { readProjectLog, readProjectOverview, type ProjectOverview } from '../ledger/read-project-log.ts';
import { GROWING_FILE, segmentName } from '../ledger/segment-files.ts';
import { isClosed, TASK_STATUSES } from '../ledger/task-status.ts';
import type { TaskCounts } from '../ports/ledger.ts';
import type { ProjectSummary, Queries, TaskDetail, TaskSummary } from '../ports/services.ts';
import { taskFolder } from './attempt-files.ts';
import { mergeById, timeOfId, type MergeSource } from './merge-by-id.ts';
import { taskDetail } from './task-detail.ts';

/** Answers from the ledger's files alone: no lock, no change, with the daemon running or stopped. */
export function createQueries(paths: Pick<DataPaths, 'workflow'>): Queries {
  const folderOf = (projectId: string) => join(paths.workflow, projectId);
  const recordsOf = (projectId: string) => [...readProjectLog(folderOf(projectId)).tasks.values()];
  const chosen = async (projectId?: string): Promise<readonly string[]> =>
    projectId === undefined ? await projectsOf(paths.workflow) : [projectId];

  const holdersOf = async (taskId: string, projectId?: string): Promise<readonly string[]> => {
    const holding = [];
    for (const candidate of await chosen(projectId))
      if (await hasLog(folderOf(candidate), taskId)) holding.push(candidate);
    return holding;
  };

  const locate = async (taskId: string, projectId?: string): Promise<string> => {
    const holding = await holdersOf(taskId, projectId);
    if (holding.length === 1 && holding[0] !== undefined) return holding[0];
    if (holding.length === 0) {
      const hint = '`reeve status` lists the tasks; use --project to look in another project';
      throw new ReeveError('NOT_FOUND', `there is no task ${taskId}`, { hint });
    }
    const hint = `choose one with --project: ${holding.join(', ')}`;
    throw new ReeveError('USAGE', `task ${taskId} is in several projects`, { hint });
  };

  return {
    async listProjects() {
      return (await projectsOf(paths.workflow)).map((projectId) =>
        projectSummary(projectId, readProjectOverview(folderOf(projectId))),
      );
    },
    async listTasks(projectId) {
      return (await chosen(projectId)).flatMap((id) =>
        recordsOf(id).map((record) => taskSummary(id, record)),
      );
    },
    async overview(projectId) {
      const projects = (await chosen(projectId)).map((id) => ({
        id,
        overview: readProjectOverview(folderOf(id)),
      }));
      const tasks = projects.flatMap(({ id, overview }) =>
        overview.tasks.map((record) => taskSummary(id, record)),
      );
      return {
        tasks: withoutOldest(tasks),
        counts: sumOf(projects.map(({ overview }) => overview.counts)),
      };
    },
    async findProjects(taskId, projectId) {
      const holding = await holdersOf(taskId, projectId);
      if (holding.length > 0) return holding;
      // Its log is gone: the project's own log may still know it.
      return (await chosen(projectId)).filter((id) =>
        recordsOf(id).some(({ task_id }) => task_id === taskId),
      );
    },
    async showTask(taskId, projectId) {
      const project = await locate(taskId, projectId);
      return await readTaskDetail(project, folderOf(project), taskId);
    },
    async *taskEvents(taskId, { projectId, afterSeq = 0 }) {
      const project = await locate(taskId, projectId);
      for await (const event of readTaskEvents(taskFolder(folderOf(project), taskId)))
        if (event.seq > afterSeq) yield event;
    },
    async *allEvents({ after, projectId }) {
      const projects = await chosen(projectId);
      const logs = await Promise.all(projects.map((id) => logsSince(folderOf(id), recordsOf(id), after)));
      yield* mergeById(logs.flat(), after);
    },
  };
}

/** Folds one task's log into everything known of it. */
export async function readTaskDetail(
  projectId: string,
  projectFolder: string,
  taskId: string,
): Promise<TaskDetail> {
  let state = emptyTask(taskId);
  let history = EMPTY_HISTORY;
  for await (const event of readTaskEvents(taskFolder(projectFolder, taskId))) {
    state = evolveTask(state, event);
    history = recordHistory(history, event);
  }
  return await taskDetail(projectId, taskFolder(projectFolder, taskId), state, history);
}

/** The projects that have a log, by name. */
async function projectsOf(workflow: string): Promise<readonly string[]> {
  const entries = await readdir(workflow, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory() && isId(entry.name)).map((entry) => entry.name);
  const found = [];
  for (const name of names.toSorted())
    if (await isFile(join(workflow, name, 'events.jsonl'))) found.push(name);
  return found;
}

async function hasLog(projectFolder: string, taskId: string): Promise<boolean> {
  if (!isId(taskId)) return false;
  const folder = taskFolder(projectFolder, taskId);
  return (await isFile(join(folder, GROWING_FILE))) || (await isFile(join(folder, segmentName(1))));
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

function projectSummary(projectId: string, { counts, head }: ProjectOverview): ProjectSummary {
  return {
    project_id: projectId,
    tasks: Object.values(counts).reduce((sum, count) => sum + count, 0),
    by_status: counts,
    events: head?.seq ?? 0,
    head_hash: head?.event_hash ?? '',
  };
}

/** Of several projects' closed tasks only those that are among the newest of all. */
function withoutOldest(tasks: readonly TaskSummary[]): readonly TaskSummary[] {
  const closed = tasks.filter(({ status }) => isClosed(status));
  const newestFirst = closed.toSorted((a, b) => (a.updated < b.updated ? 1 : -1));
  const oldest = new Set(newestFirst.slice(RECENT_TASKS));
  return tasks.filter((task) => !oldest.has(task));
}

function sumOf(all: readonly TaskCounts[]): TaskCounts {
  const sum: { -readonly [Status in keyof TaskCounts]: TaskCounts[Status] } = {};
  for (const counts of all)
    for (const status of TASK_STATUSES) {
      const count = (sum[status] ?? 0) + (counts[status] ?? 0);
      if (count > 0) sum[status] = count;
    }
  return sum;
}

function taskSummary(projectId: string, record: TaskRecord): TaskSummary {
  return {
    project_id: projectId,
    task_id: record.task_id,
    title: record.title,
    status: record.status,
    updated: record.updated,
    events: record.head?.seq ?? 0,
    head_hash: record.head?.event_hash ?? record.genesis,
  };
}

/** The logs that can hold events after a cursor: what was not written since then has none. */
async function logsSince(
  folder: string,
  tasks: readonly TaskRecord[],
  after: string | null,
): Promise<readonly MergeSource[]> {
  const since = after === null ? 0 : timeOfId(after) - CLOCK_MARGIN_MS;
  const sources: MergeSource[] = [{ startsAt: 0, open: () => readEvents(join(folder, 'events.jsonl')) }];
  for (const record of tasks) {
    // A closed task has no event after its end, so that not even its file need be looked up.
    if (isClosed(record.status) && Date.parse(record.updated) < since) continue;
    const ownFolder = taskFolder(folder, record.task_id);
    // Where all lines are in segments, the folder tells when the last of these got its name.
    const written = await stat(join(ownFolder, GROWING_FILE))
      .catch(() => stat(ownFolder))
      .then(
        (stats) => stats.mtimeMs,
        () => 0,
      );
    if (written < since) continue;
    const startsAt = Date.parse(record.created) - CLOCK_MARGIN_MS;
    sources.push({ startsAt, open: () => readTaskEvents(ownFolder) });
  }
  return sources;
}

/** How far ids, file times and a clock that was set may lie apart; generous, since it only costs a look. */
const CLOCK_MARGIN_MS = 600_000;
