import { ReeveError } from '../../protocol/errors.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { findProjectsOf } from '../find-task.ts';
import { findRunningDaemon } from '../running-daemon.ts';
import { followLines } from '../follow-lines.ts';
import { usage } from '../options.ts';
import { createEventLines } from '../render/event-lines.ts';
import { readEventLine, taskLogFolder } from '../task-log.ts';

/** `reeve logs TASK [-f]`: a task's events as readable lines; with `--json` the ledger's own lines. */
export async function logs(context: Context, [taskId = '']: readonly string[]): Promise<number> {
  const { host, options, json, paint, out, note } = context;
  const follow = options.flag('follow');
  const folder = await findLog(context, taskId, follow);
  const toLine = createEventLines(paint);
  let number = 0;
  for await (const line of followLines(folder, { follow, signal: host.signal })) {
    number += 1;
    const event = readEventLine(line);
    if (json) out(line);
    else if (event !== null) out(toLine(event));
    else note(`reeve: line ${number} is damaged; see what happened with: reeve verify ${paint.safe(taskId)}`);
    if (event?.type === 'task.closed' && !options.flag('forever')) break;
  }
  return host.signal.aborted ? EXIT.interrupted : EXIT.ok;
}

/** With `-f` a task that does not exist yet is waited for while a daemon runs. */
async function findLog(context: Context, taskId: string, follow: boolean): Promise<string> {
  const config = await context.config();
  try {
    const [project = config.project, ...others] = await findProjectsOf(context, taskId);
    if (others.length === 0) return taskLogFolder(config, project, taskId);
    const hint = `Choose one with --project: ${[project, ...others].join(', ')}.`;
    throw usage(`Task ${taskId} is in several projects.`, hint);
  } catch (error) {
    if (!follow || !(error instanceof ReeveError) || error.code !== 'NOT_FOUND') throw error;
    // Only a daemon can bring it into being.
    if ((await findRunningDaemon(config)) === null) throw error;
    context.note(`reeve: waiting for task ${context.paint.safe(taskId)} in project ${config.project}`);
    return taskLogFolder(config, config.project, taskId);
  }
}
