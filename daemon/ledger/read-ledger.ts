import { join } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import type { LedgerEvent } from '../../protocol/events.ts';
import { isId } from '../../protocol/ids.ts';
import type { TaskHead } from '../ports/ledger.ts';
import { listProjects } from './list-projects.ts';
import { readEvents, readTaskEvents } from './read-events.ts';
import { readProjectLog } from './read-project-log.ts';
import { taskFolder } from './task-log.ts';

/** Reads a data root without its lock: nothing is changed, and a writer may be at work meanwhile. */
export interface LedgerReader {
  /** Projects present on disk, sorted. */
  projects(): readonly string[];
  /** Tasks as the committed heads tell, which may be a second behind the logs. @throws ReeveError NOT_FOUND */
  tasks(projectId: string): ReadonlyMap<string, TaskHead>;
  /** Streams a task's events up to its last complete line. @throws ReeveError NOT_FOUND, LEDGER_DAMAGED */
  readTask(projectId: string, taskId: string): AsyncIterable<LedgerEvent>;
  /** @throws ReeveError NOT_FOUND, LEDGER_DAMAGED */
  readProject(projectId: string): AsyncIterable<LedgerEvent>;
}

/** Creates a reader of a data root; it holds nothing open between calls. */
export function createLedgerReader(root: string): LedgerReader {
  return {
    projects: () => listProjects(root),
    tasks(projectId) {
      assertNames(projectId);
      const { tasks } = readProjectLog(join(root, projectId));
      const heads = [...tasks.values()].flatMap(({ task_id, title, status, updated, head }) =>
        head === null ? [] : [{ task_id, title, status, updated, ...head }],
      );
      return new Map(heads.map((head) => [head.task_id, head]));
    },
    readTask(projectId, taskId) {
      assertNames(projectId, taskId);
      return readTaskEvents(taskFolder(join(root, projectId), taskId));
    },
    readProject: (projectId) => readEvents(projectLogPath(root, projectId)),
  };
}

function projectLogPath(root: string, projectId: string): string {
  assertNames(projectId);
  return join(root, projectId, 'events.jsonl');
}

/** Threat: ids come from command lines and URLs, and become paths. */
function assertNames(...names: readonly string[]): void {
  const bad = names.find((name) => !isId(name));
  if (bad !== undefined) throw new ReeveError('NOT_FOUND', `${JSON.stringify(bad)} names nothing here.`);
}
