import type { Answer, Context } from '../context.ts';
import { plural } from '../render/format.ts';
import { withCommands } from '../services.ts';

/** `reeve rebuild`: makes every projection anew from the ledger. */
export async function rebuild(context: Context): Promise<Answer> {
  const answer = await withCommands(context, (commands) => commands.rebuild());
  const { projects, tasks } = answer;
  const text = `Rebuilt from the ledger: ${plural(projects, 'project')}, ${plural(tasks, 'task')}.`;
  return { data: answer, text: () => [`${context.paint.green('✓')} ${text}`] };
}
