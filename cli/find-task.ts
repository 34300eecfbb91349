import { ReeveError } from '../protocol/errors.ts';
import { isId } from '../protocol/ids.ts';
import type { TaskDetail } from '../daemon/ports/services.ts';
import type { Context } from './context.ts';
import { usage } from './options.ts';
import { openQueries } from './services.ts';

/**
 * The task a verb was given: in the project of `--project`, else in the configured one, else wherever there is exactly
 * one of that id.
 *
 * @throws ReeveError NOT_FOUND, USAGE when the id is ambiguous
 */
export async function findTask(context: Context, taskId: string): Promise<TaskDetail> {
  assertTaskId(taskId);
  const config = await context.config();
  const queries = await openQueries(config);
  const chosen = context.options.text('project');
  if (chosen !== undefined) return await queries.showTask(taskId, chosen);
  return await queries.showTask(taskId, config.project).catch((error: unknown) => {
    if (error instanceof ReeveError && error.code === 'NOT_FOUND') return queries.showTask(taskId);
    throw error;
  });
}

/**
 * The projects that have a task of this id: found as well when the task's log is damaged or gone.
 *
 * @throws ReeveError NOT_FOUND
 */
export async function findProjectsOf(context: Context, taskId: string): Promise<readonly string[]> {
  assertTaskId(taskId);
  const queries = await openQueries(await context.config());
  const found = await queries.findProjects(taskId, context.options.text('project'));
  if (found.length > 0) return found;
  throw new ReeveError('NOT_FOUND', `There is no task ${taskId}.`, { hint: 'reeve status lists the tasks.' });
}

/** Threat: the id becomes part of a path. */
function assertTaskId(taskId: string): void {
  if (!isId(taskId)) throw usage(`${taskId} cannot be a task id.`, 'reeve status lists the tasks.');
}
