import { resolve } from 'node:path';
import type { Answer, Context } from '../context.ts';
import { plural } from '../render/format.ts';
import { withCommands } from '../services.ts';

/** `reeve import --archive FILE`: takes a project from an archive after verifying all of it. */
export async function importProject(context: Context): Promise<Answer> {
  const { host, options, paint } = context;
  const file = resolve(host.cwd, options.required('archive'));
  const answer = await withCommands(context, (commands) => {
    return commands.importArchive({ file, as: options.text('as') ?? null });
  });
  const what = answer.outcome === 'identical' ? 'was already here, byte for byte' : 'imported';
  return {
    data: answer,
    text: () => [
      `${paint.green('✓')} project ${paint.safe(answer.project_id)} ${what} (${plural(answer.heads.length, 'task')}).`,
    ],
  };
}
