import type { TaskStatus } from '../../protocol/generated/types.ts';
import { RECENT_TASKS } from '../ledger/project-register.ts';
import { isClosed } from '../ledger/task-status.ts';
import type { TaskHead } from '../ports/ledger.ts';
import type { TaskOverview } from '../ports/services.ts';
import { summarise } from './task-summary.ts';

/** The tasks that matter now, kept current task by task: nothing that is asked of it looks at all of them. */
export interface TaskBoard {
  /** A task moved, or is no more. */
  note(taskId: string): void;
  overview(): TaskOverview;
}

/** Creates the board of a project. @param tasks where they stand, the closed ones in the order of their ends */
export function createTaskBoard(projectId: string, tasks: ReadonlyMap<string, TaskHead>): TaskBoard {
  const open = new Map<string, TaskStatus>();
  const recent = new Map<string, TaskStatus>();
  const counts = new Map<TaskStatus, number>();

  const count = (status: TaskStatus, by: number): void => {
    counts.set(status, (counts.get(status) ?? 0) + by);
  };
  const place = (taskId: string, status: TaskStatus): void => {
    count(status, 1);
    if (!isClosed(status)) {
      open.set(taskId, status);
      return;
    }
    recent.set(taskId, status);
    for (const oldest of recent.keys()) if (recent.size > RECENT_TASKS) recent.delete(oldest);
  };

  for (const { task_id, status } of tasks.values()) place(task_id, status);
  return {
    note(taskId) {
      const now = tasks.get(taskId)?.status;
      const before = open.get(taskId) ?? recent.get(taskId);
      if (now === before) return;
      if (before !== undefined) count(before, -1);
      if (now === undefined || isClosed(now)) open.delete(taskId);
      recent.delete(taskId);
      if (now !== undefined) place(taskId, now);
    },
    overview: () => ({
      tasks: [...recent.keys(), ...open.keys()].flatMap((taskId) => {
        const head = tasks.get(taskId);
        return head === undefined ? [] : [summarise(projectId, head)];
      }),
      counts: Object.fromEntries([...counts].filter(([, number]) => number > 0)),
    }),
  };
}
