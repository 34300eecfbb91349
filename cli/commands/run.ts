import { ReeveError } from '../../protocol/errors.ts';
import { parseStepPack } from '../../protocol/step-pack/parse-step-pack.ts';
import type { Config } from '../../daemon/config/config.ts';
import type { Queries, SubmitAnswer, TaskDetail } from '../../daemon/ports/services.ts';
import type { Answer, Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readPackFile } from '../pack-file.ts';
import type { PackFile } from '../pack-file.ts';
import { refusedPack } from '../refused-pack.ts';
import { assertWorkable } from '../run/assert-workable.ts';
import { openRunner } from '../run/open-runner.ts';
import type { Runner } from '../run/open-runner.ts';
import { isAccepted, resultLines, toRunResult } from '../run/run-result.ts';
import { startProgress } from '../run/run-progress.ts';
import type { RunProgress } from '../run/run-progress.ts';
import { watchTask } from '../run/watch-task.ts';
import { openQueries } from '../services.ts';

/**
 * `reeve run FILE`: does one pack to its end in the foreground, through the running daemon or by a kernel of its own.
 * Exits 0 only if it was accepted.
 */
export async function run(context: Context, [file = '']: readonly string[]): Promise<Answer> {
  const config = await context.config();
  const pack = await readPackFile(context.host.cwd, file);
  await assertWorkable(context, config, pack);
  const runner = await openRunner(context);
  try {
    return await runPack(context, config, pack, runner);
  } finally {
    await runner.close();
  }
}

async function runPack(context: Context, config: Config, pack: PackFile, runner: Runner): Promise<Answer> {
  const { host, options, paint } = context;
  const queries = await openQueries(config);
  const before = await readTask(queries, pack, config.project);
  const worker = options.text('worker');
  const answer = await runner.submit({
    bytes: pack.bytes,
    name: pack.name,
    projectId: config.project,
    source: 'cli',
    ...(worker === undefined ? {} : { worker }),
  });
  if (answer.outcome === 'refused' || answer.task_id === null) throw refusedPack(answer);
  const taskId = answer.task_id;
  const progress = context.json ? SILENT : startPackProgress(context, config, pack);
  try {
    await watchTask({
      ...{ config, queries, taskId, projectId: answer.project_id },
      afterSeq: before?.events ?? 0,
      show: progress.show,
      work: runner.work(answer.project_id, taskId),
    });
  } finally {
    progress.close();
  }
  if (host.signal.aborted) throw interrupted(taskId, runner);
  const task = await queries.showTask(taskId, answer.project_id);
  return {
    data: toRunResult(task, answer),
    text: () => [...duplicateLines(answer), ...resultLines(task, answer, paint)],
    exit: isAccepted(task, answer) ? EXIT.ok : EXIT.failed,
  };
}

const SILENT: RunProgress = { show: () => {}, close: () => {} };

function startPackProgress(context: Context, config: Config, { bytes }: PackFile): RunProgress {
  const parsed = parseStepPack(bytes);
  return parsed.ok ? startProgress(context, { pack: parsed.value, stateFolder: config.paths.state }) : SILENT;
}

/** The task as it stood before, so that only what is new is shown. */
async function readTask(queries: Queries, { bytes }: PackFile, project: string): Promise<TaskDetail | null> {
  const parsed = parseStepPack(bytes);
  if (!parsed.ok) return null;
  return queries.showTask(parsed.value.task_id, project).catch((error: unknown) => {
    if (error instanceof ReeveError && error.code === 'NOT_FOUND') return null;
    throw error;
  });
}

function duplicateLines(answer: SubmitAnswer): readonly string[] {
  if (answer.outcome !== 'duplicate') return [];
  return ['These very bytes were handed in before; this is what became of them.'];
}

function interrupted(taskId: string, runner: Runner): ReeveError {
  const hint =
    runner.kind === 'daemon'
      ? `The daemon goes on with it: reeve logs -f ${taskId}`
      : `Nothing is lost; go on with: reeve start`;
  return new ReeveError('USAGE', `Stopped waiting for ${taskId}.`, { hint });
}
