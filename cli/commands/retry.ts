import { toActor } from '../actor.ts';
import type { Answer, Context } from '../context.ts';
import { findTask } from '../find-task.ts';
import { usage } from '../options.ts';
import { withCommands } from '../services.ts';

/** `reeve retry TASK --reset`: gives a task that needs a person a fresh set of retries. */
export async function retry(context: Context, [taskId = '']: readonly string[]): Promise<Answer> {
  const { options, paint } = context;
  if (!options.flag('reset')) {
    throw usage('Retries are counted: say --reset to start counting anew.', `reeve retry ${taskId} --reset`);
  }
  const task = await findTask(context, taskId);
  const reason = options.text('reason') ?? 'retries reset by hand';
  const event = await withCommands(context, (commands) => {
    return commands.retryTask(task.project_id, task.task_id, reason, toActor(undefined));
  });
  const id = paint.safe(task.task_id);
  return {
    data: { event },
    text: () => [`${paint.green('✓')} ${id} has a fresh set of retries.`, 'Work goes on with: reeve start'],
  };
}
