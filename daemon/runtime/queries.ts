import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import { isId } from '../../protocol/ids.ts';
import type { DataPaths } from '../config/config.ts';
import { evolveTask } from '../domain/evolve-task.ts';
import { EMPTY_HISTORY, recordHistory } from '../domain/task-history.ts';
import { emptyTask } from '../domain/task-state.ts';
import { readEvents } from '../ledger/read-events.ts';
import { scanProjectLog, type ProjectScan, type TaskRecord } from '../ledger/scan-project-log.ts';
import type { ProjectSummary, Queries, TaskDetail, TaskSummary } from '../ports/services.ts';
import { taskFolder } from './attempt-files.ts';
import { mergeById, timeOfId, type MergeSource } from './merge-by-id.ts';
import { taskDetail } from './task-detail.ts';

/** Answers from the ledger's files alone: no lock, no change, with the daemon running or stopped. */
export function createQueries(paths: Pick<DataPaths, 'workflow'>): Queries {
  const folderOf = (projectId: string) => join(paths.workflow, projectId);
  const scan = (projectId: string): ProjectScan => scanProjectLog(join(folderOf(projectId), 'events.jsonl'));

  const locate = async (taskId: string, projectId?: string): Promise<string> => {
    const projects = projectId === undefined ? await projectsOf(paths.workflow) : [projectId];
    const holding = [];
    for (const candidate of projects) if (await hasLog(folderOf(candidate), taskId)) holding.push(candidate);
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
        projectSummary(projectId, scan(projectId)),
      );
    },
    async listTasks(projectId) {
      const projects = projectId === undefined ? await projectsOf(paths.workflow) : [projectId];
      return projects.flatMap((id) => [...scan(id).tasks.values()].map((record) => taskSummary(id, record)));
    },
    async showTask(taskId, projectId) {
      const project = await locate(taskId, projectId);
      return await readTaskDetail(project, folderOf(project), taskId);
    },
    async *taskEvents(taskId, { projectId, afterSeq = 0 }) {
      const project = await locate(taskId, projectId);
      for await (const event of readEvents(logOf(folderOf(project), taskId)))
        if (event.seq > afterSeq) yield event;
    },
    async *allEvents({ after, projectId }) {
      const projects = projectId === undefined ? await projectsOf(paths.workflow) : [projectId];
      const logs = await Promise.all(projects.map((id) => logsSince(folderOf(id), scan(id), after)));
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
  for await (const event of readEvents(logOf(projectFolder, taskId))) {
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

function logOf(projectFolder: string, taskId: string): string {
  return join(taskFolder(projectFolder, taskId), 'events.jsonl');
}

async function hasLog(projectFolder: string, taskId: string): Promise<boolean> {
  return isId(taskId) && (await isFile(logOf(projectFolder, taskId)));
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

function projectSummary(projectId: string, scan: ProjectScan): ProjectSummary {
  const byStatus: Record<string, number> = {};
  for (const { status } of scan.tasks.values()) byStatus[status] = (byStatus[status] ?? 0) + 1;
  return {
    project_id: projectId,
    tasks: scan.tasks.size,
    by_status: byStatus,
    events: scan.end.head?.seq ?? 0,
    head_hash: scan.end.head?.event_hash ?? '',
  };
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
  scan: ProjectScan,
  after: string | null,
): Promise<readonly MergeSource[]> {
  const since = after === null ? 0 : timeOfId(after) - CLOCK_MARGIN_MS;
  const sources: MergeSource[] = [{ startsAt: 0, open: () => readEvents(join(folder, 'events.jsonl')) }];
  for (const record of scan.tasks.values()) {
    const path = logOf(folder, record.task_id);
    const written = await stat(path).then(
      (stats) => stats.mtimeMs,
      () => 0,
    );
    if (written < since) continue;
    sources.push({ startsAt: Date.parse(record.created) - CLOCK_MARGIN_MS, open: () => readEvents(path) });
  }
  return sources;
}

/** How far ids, file times and a clock that was set may lie apart; generous, since it only costs a look. */
const CLOCK_MARGIN_MS = 600_000;
