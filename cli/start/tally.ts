import type { LedgerEvent } from '../../protocol/events.ts';
import type { TaskSummary } from '../../daemon/ports/services.ts';

/** What one run of the daemon came to. */
export interface Summary {
  readonly tasks: readonly Pick<TaskSummary, 'project_id' | 'task_id' | 'status'>[];
  readonly counts: {
    readonly accepted: number;
    /** Closed without acceptance: rejected or abandoned. */
    readonly rejected: number;
    readonly needs_person: number;
    /** Queued behind others, or waiting for a further step. */
    readonly unfinished: number;
    /** Packs that were refused outright. */
    readonly refused: number;
  };
}

/** Keeps count of what happens while the daemon runs. */
export interface Tally {
  count(event: LedgerEvent): void;
  /** The tasks that moved, and those that are still open, by how they stand now. */
  summarize(tasks: readonly TaskSummary[]): Summary;
}

/** Starts counting. */
export function createTally(): Tally {
  const moved = new Set<string>();
  let refused = 0;
  return {
    count: (event) => {
      if (event.type === 'pack.refused') refused += 1;
      if (event.task_id !== undefined) moved.add(`${event.project_id}/${event.task_id}`);
    },
    summarize: (tasks) => {
      const concerned = tasks
        .filter((task) => moved.has(`${task.project_id}/${task.task_id}`) || !CLOSED.has(task.status))
        .map(({ project_id, task_id, status }) => ({ project_id, task_id, status }));
      const having = (...statuses: readonly string[]): number => {
        return concerned.filter(({ status }) => statuses.includes(status)).length;
      };
      return {
        tasks: concerned,
        counts: {
          accepted: having('accepted'),
          rejected: having('rejected', 'abandoned'),
          needs_person: having('needs_person'),
          unfinished: having('queued', 'running', 'waiting'),
          refused,
        },
      };
    },
  };
}

const CLOSED: ReadonlySet<string> = new Set(['accepted', 'rejected', 'abandoned']);
