import { resolve } from 'node:path';
import type { Answer, Context } from '../context.ts';
import { formatBytes, plural } from '../render/format.ts';
import { withCommands } from '../services.ts';

/** `reeve export --archive FILE`: writes one project into a BagIt zip that anyone can check. */
export async function exportProject(context: Context): Promise<Answer> {
  const { host, options, paint } = context;
  const file = resolve(host.cwd, options.required('archive'));
  const config = await context.config();
  const answer = await withCommands(context, (commands) => {
    return commands.exportArchive({ projectId: config.project, file, overwrite: options.flag('overwrite') });
  });
  return {
    data: answer,
    text: () => [
      `${paint.green('✓')} ${paint.safe(answer.archive)} (${plural(answer.files, 'file')}, ${formatBytes(answer.bytes)})`,
      `  archive id ${answer.archive_id}`,
      'Check it with: reeve verify --archive FILE, or unzip it and run sha256sum -c manifest-sha256.txt',
    ],
  };
}
