import { toActor } from '../actor.ts';
import type { Answer, Context } from '../context.ts';
import { findTask } from '../find-task.ts';
import { usage } from '../options.ts';
import { withCommands } from '../services.ts';

/** `reeve close TASK`: the one final close, by hand. */
export async function close(context: Context, [taskId = '']: readonly string[]): Promise<Answer> {
  const { options, paint } = context;
  const status = options.choice('status', ['accepted', 'rejected', 'abandoned']);
  if (status === undefined) throw usage('--status is required: accepted, rejected or abandoned.');
  const task = await findTask(context, taskId);
  const detail = options.text('detail') ?? '';
  const event = await withCommands(context, (commands) => {
    return commands.closeTask(
      task.project_id,
      task.task_id,
      { final_status: status, detail },
      toActor(options.text('tool')),
    );
  });
  return {
    data: { event },
    text: () => [`${paint.green('✓')} ${paint.safe(task.task_id)} closed ${status} (event ${event.seq}).`],
  };
}
