import { ReeveError } from '../../../protocol/errors.ts';
import type { CommittedTask, ProjectLog } from '../project-log.ts';

/** Which tasks of a project are to be handed over; null stands for all. */
export interface TaskChoice {
  readonly tasks: readonly string[] | null;
  /** RFC 3339: tasks whose newest head is not older. */
  readonly since: string | null;
}

/**
 * Chooses tasks of a project, in order of their creation.
 *
 * @throws ReeveError NOT_FOUND for tasks that are not there, and when nothing is left
 */
export function chooseTasks(
  { tasks: known }: Pick<ProjectLog, 'tasks'>,
  { tasks, since }: TaskChoice,
): readonly CommittedTask[] {
  const unknown = (tasks ?? []).filter((task) => !known.has(task));
  if (unknown.length > 0) {
    throw new ReeveError('NOT_FOUND', `There is no task ${unknown.join(', ')} in the project.`, {
      hint: '`reeve status` lists the tasks. One that was just opened can be exported a second later.',
    });
  }
  const wanted = tasks === null ? null : new Set(tasks);
  const from = since === null ? -Infinity : Date.parse(since);
  const chosen = [...known.values()].filter(
    ({ task_id, time }) => wanted?.has(task_id) !== false && Date.parse(time) >= from,
  );
  if (chosen.length > 0 || known.size === 0) return chosen;
  throw new ReeveError('NOT_FOUND', `No task has anything since ${since ?? 'then'}.`, {
    hint: 'Choose an earlier time; `reeve status` shows when each task was last at work.',
  });
}
