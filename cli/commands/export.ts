import { resolve } from 'node:path';
import type { ExportAnswer } from '../../daemon/ports/services.ts';
import type { Answer, Context, Paint } from '../context.ts';
import { createProgressLine } from '../export/progress-line.ts';
import { readChoice } from '../export/read-choice.ts';
import { formatBytes, plural } from '../render/format.ts';
import { withCommands } from '../services.ts';

/** `reeve export --archive FILE`: writes one project, or a part of it, into a BagIt zip that anyone can check. */
export async function exportProject(context: Context): Promise<Answer> {
  const { host, options, paint } = context;
  if (options.flag('list')) return await (await import('../export/list-export.ts')).listExport(context);
  const request = {
    projectId: (await context.config()).project,
    file: resolve(host.cwd, options.required('archive')),
    overwrite: options.flag('overwrite'),
    ...readChoice(context),
  };
  const { tell, clear } = createProgressLine(context);
  const watch = { signal: host.signal, onProgress: tell };
  const answer = await withCommands(context, (commands) =>
    commands.exportArchive(request, watch).finally(clear),
  );
  return { data: answer, text: () => answerLines(answer, paint) };
}

function answerLines(answer: ExportAnswer, paint: Paint): readonly string[] {
  const { archive, archive_id, files, bytes, tasks_left_out, redacted, left_out, is_signed, note } = answer;
  const isPart = tasks_left_out + redacted > 0;
  const missing = `${plural(tasks_left_out, 'task')} left out, ${plural(redacted, 'line or file', 'lines and files')} withheld`;
  return [
    `${paint.green('✓')} ${paint.safe(archive)} (${plural(files, 'file')}, ${formatBytes(bytes)})`,
    `  archive id ${archive_id}`,
    ...(isPart ? [`  ${missing}: it can be verified, and not be imported`] : []),
    ...left_out.map(({ path, reason }) => `  ${paint.yellow('!')} ${paint.safe(`${path}: ${reason}`)}`),
    ...(is_signed ? [] : [`  ${paint.yellow('!')} ${NOT_SIGNED}`]),
    'Check it with: reeve verify --archive FILE. Or unzip it, and run node verify.mjs or sha256sum -c manifest-sha256.txt',
    '',
    'Keep these three lines elsewhere, in a mail or on paper. With them anyone can show later that nothing up to here was',
    'changed or cut off: reeve verify --anchor FILE',
    '',
    ...note.trimEnd().split('\n'),
  ];
}

const NOT_SIGNED =
  'not signed, as the key in force is not here. Where the log names one, verify answers CANNOT VERIFY: reeve key create';
