import { ReeveError } from '../../protocol/errors.ts';
import type { SubmitAnswer } from '../../daemon/ports/services.ts';
import type { Answer, Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readPackFile } from '../pack-file.ts';
import { problemLines } from '../render/problem-lines.ts';
import { findRunningDaemon } from '../running-daemon.ts';
import { withCommands } from '../services.ts';

/** `reeve submit FILE [--wait]`: hands in a pack; with `--wait` it is `run` through the daemon. */
export async function submit(context: Context, [file = '']: readonly string[]): Promise<Answer> {
  const { host, options } = context;
  const config = await context.config();
  const hasDaemon = (await findRunningDaemon(config)) !== null;
  if (options.flag('wait')) {
    if (!hasDaemon) throw nobodyWorks(config.paths.root, file);
    return (await import('./run.ts')).run(context, [file]);
  }
  const { bytes, name } = await readPackFile(host.cwd, file);
  const worker = options.text('worker');
  const request = { bytes, name, projectId: config.project, source: 'cli' as const };
  const answer = await withCommands(context, (commands) => {
    return commands.submitPack(worker === undefined ? request : { ...request, worker });
  });
  return {
    data: answer,
    text: () => answerLines(answer, hasDaemon, context),
    exit: answer.outcome === 'refused' ? EXIT.failed : EXIT.ok,
  };
}

function answerLines(answer: SubmitAnswer, hasDaemon: boolean, { paint }: Context): readonly string[] {
  const task = paint.bold(paint.safe(answer.task_id ?? ''));
  const found = problemLines(answer, paint);
  switch (answer.outcome) {
    case 'accepted': {
      const next = hasDaemon
        ? `reeve logs -f ${answer.task_id ?? ''}`
        : 'reeve start   # no daemon runs: it does the work';
      return [
        ...found,
        `${paint.green('✓')} ${task} taken in; its work is queued`,
        paint.cyan(`→ ${paint.safe(next)}`),
      ];
    }
    case 'duplicate':
      return [...found, `${paint.green('✓')} ${task} was handed in before with the same bytes`];
    case 'refused': {
      const kept = answer.kept_as === null ? '' : `; kept as ${paint.safe(answer.kept_as)}`;
      return [...found, `${paint.red('✗')} refused${kept}`];
    }
  }
}

function nobodyWorks(root: string, file: string): ReeveError {
  return new ReeveError('DAEMON_NOT_RUNNING', `No daemon serves ${root}, so nobody would do the work.`, {
    hint: `Do it here and now: reeve run ${file}`,
  });
}
