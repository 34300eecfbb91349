import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import type { DataPaths } from '../config/config.ts';
import type { TaskSummary } from '../ports/services.ts';
import { taskFolder } from './attempt-files.ts';
import { isMissing } from './durable-file.ts';
import type { ProjectRuntime } from './project-runtime.ts';
import { readTaskDetail } from './queries.ts';
import { renderTaskLog } from './render-task-log.ts';

/** Views for people and tools, written from the ledger, stamped with the head they show, and safe to delete. */
export interface Projections {
  /** A task came to rest somewhere new: its views are written soon, however often it moves meanwhile. */
  touch(projectId: string, taskId: string): void;
  /** Looks for views that an earlier daemon left behind the ledger, and writes them soon. */
  catchUp(projectId: string): Promise<void>;
  /** Writes what is outstanding now. */
  flush(): Promise<void>;
  /** Writes every view of the projects anew. */
  rebuild(projectIds: readonly string[]): Promise<{ readonly projects: number; readonly tasks: number }>;
}

export interface ProjectionsOptions {
  readonly paths: Pick<DataPaths, 'workflow' | 'progress'>;
  /** An open project. */
  readonly project: (projectId: string) => ProjectRuntime | undefined;
  readonly log: Logger;
}

/** Milliseconds between a change and the views of its task: a burst of events writes them once. */
const TASK_DELAY_MS = 250;
/** The list of a project costs what its open tasks are many, so it is written less often. */
const LIST_DELAY_MS = 2000;

/** Creates the writer of `progress/<project>/…` and of each task's `task_log.md`. */
export function createProjections(options: ProjectionsOptions): Projections {
  const { paths, project, log } = options;
  const tasks = new Map<string, { readonly projectId: string; readonly taskId: string }>();
  const lists = new Set<string>();
  let writing: Promise<void> = Promise.resolve();

  const writeTasks = async (): Promise<void> => {
    const work = [...tasks.values()];
    tasks.clear();
    for (const { projectId, taskId } of work) await writeTask(paths, projectId, taskId);
  };
  const writeLists = async (): Promise<void> => {
    const work = [...lists];
    lists.clear();
    for (const projectId of work) await writeView(listFile(paths, projectId), project(projectId)?.overview());
  };
  const inTurn = (write: () => Promise<void>): Promise<void> => {
    // A view that cannot be written costs nothing that the ledger does not hold.
    writing = writing.then(write).catch((err: unknown) => log.warn({ err }, 'a projection was not written'));
    return writing;
  };
  const soonTasks = createDelay(TASK_DELAY_MS, () => void inTurn(writeTasks));
  const soonLists = createDelay(LIST_DELAY_MS, () => void inTurn(writeLists));
  const touch = (projectId: string, taskId: string): void => {
    tasks.set(`${projectId}/${taskId}`, { projectId, taskId });
    lists.add(projectId);
    soonTasks.start();
    soonLists.start();
  };
  return {
    touch,
    async catchUp(projectId) {
      const runtime = project(projectId);
      const shown = await readShown(listFile(paths, projectId));
      if (shown === null || runtime === undefined) return;
      // What moved after the list was written is open or newly closed now, or stood in the list.
      const current = runtime.overview().tasks.map(({ task_id }) => task_id);
      for (const taskId of new Set([...shown.keys(), ...current])) {
        const head = runtime.ledger.tasks.get(taskId);
        if (head !== undefined && head.event_hash !== shown.get(taskId)) touch(projectId, taskId);
      }
    },
    async flush() {
      soonTasks.cancel();
      soonLists.cancel();
      await inTurn(writeTasks);
      await inTurn(writeLists);
    },
    async rebuild(projectIds) {
      for (const projectId of projectIds) {
        for (const taskId of project(projectId)?.ledger.tasks.keys() ?? []) touch(projectId, taskId);
      }
      const count = tasks.size;
      await this.flush();
      return { projects: projectIds.length, tasks: count };
    },
  };
}

function createDelay(ms: number, act: () => void): { start(): void; cancel(): void } {
  let timer: NodeJS.Timeout | null = null;
  return {
    start() {
      timer ??= setTimeout(() => {
        timer = null;
        act();
      }, ms);
    },
    cancel() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}

function listFile(paths: ProjectionsOptions['paths'], projectId: string): string {
  return join(paths.progress, projectId, 'tasks.json');
}

/** The heads that the list shows; null where there is none: views that were deleted come back by `reeve rebuild`. */
async function readShown(file: string): Promise<ReadonlyMap<string, string> | null> {
  try {
    const view = JSON.parse(await readFile(file, 'utf8')) as { readonly tasks: readonly TaskSummary[] };
    return new Map(view.tasks.map((task) => [task.task_id, task.head_hash]));
  } catch {
    return null;
  }
}

async function writeTask(
  paths: ProjectionsOptions['paths'],
  projectId: string,
  taskId: string,
): Promise<void> {
  const projectFolder = join(paths.workflow, projectId);
  const detail = await readTaskDetail(projectId, projectFolder, taskId);
  await replaceFile(join(taskFolder(projectFolder, taskId), 'task_log.md'), renderTaskLog(detail));
  await writeView(join(paths.progress, projectId, 'tasks', `${taskId}.json`), detail);
}

async function writeView(file: string, view: unknown): Promise<void> {
  await replaceFile(file, `${JSON.stringify(view, null, 2)}\n`);
}

/** A reader sees the old view or the new one, never half of one; not synced, since it can be rebuilt. */
async function replaceFile(file: string, text: string): Promise<void> {
  const temporary = `${file}.tmp`;
  try {
    await writeFile(temporary, text);
  } catch (error) {
    if (!isMissing(error)) throw error;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(temporary, text);
  }
  await rename(temporary, file);
}
