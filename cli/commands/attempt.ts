import { isId } from '../../protocol/ids.ts';
import { parseReasonCode, REASON_CODES } from '../../protocol/reason-codes.ts';
import { nearestName } from '../../protocol/nearest-name.ts';
import type { ReasonCode } from '../../protocol/generated/types.ts';
import type { ReportedAttempt } from '../../daemon/ports/services.ts';
import { toActor } from '../actor.ts';
import type { Answer, Context } from '../context.ts';
import { usage } from '../options.ts';
import type { Options } from '../options.ts';
import { createEventLines } from '../render/event-lines.ts';
import { withCommands } from '../services.ts';

/** `reeve attempt TASK`: records an attempt that an outside tool made; a new task is opened by its first attempt. */
export async function attempt(context: Context, [taskId = '']: readonly string[]): Promise<Answer> {
  const { options, paint } = context;
  if (!isId(taskId))
    throw usage(`${taskId} cannot be a task id.`, 'Use letters, digits, dot, dash, underscore.');
  const reported = readAttempt(options);
  const config = await context.config();
  const event = await withCommands(context, (commands) => {
    return commands.reportAttempt(config.project, taskId, reported, toActor(options.text('tool')));
  });
  return { data: { event }, text: () => [createEventLines(paint)(event)] };
}

function readAttempt(options: Options): ReportedAttempt {
  const result = options.choice('result', ['PASS', 'FAIL']);
  if (result === undefined) throw usage('--result is required: PASS or FAIL.');
  const [r, s] = [options.count('r'), options.count('s')];
  const [attemptId, title] = [options.text('attemptId'), options.text('title')];
  return {
    run_id: options.required('run'),
    step_id: options.required('step'),
    ...(r === undefined ? {} : { r }),
    ...(s === undefined ? {} : { s }),
    ...(attemptId === undefined ? {} : { attempt_id: attemptId }),
    result,
    controller_verdict: options.choice('verdict', ['PASS', 'FAIL']) ?? null,
    reason_code: readReason(options, result),
    reason_detail: options.text('detail') ?? '',
    files_changed: options.texts('file'),
    ...(title === undefined ? {} : { title }),
  };
}

function readReason(options: Options, result: 'PASS' | 'FAIL'): ReasonCode {
  const text = options.text('reason');
  if (text === undefined && result === 'PASS') return 'PASS_ALL_CRITERIA';
  if (text === undefined)
    throw usage('--reason is required for a FAIL.', 'Such as COMMAND_FAILED or AC_NOT_MET.');
  const code = parseReasonCode(text);
  if (code !== null) return code;
  const codes = Object.keys(REASON_CODES);
  const meant = nearestName(text, codes);
  throw usage(
    `${text} is not a reason code.`,
    meant === null ? `Accepted: ${codes.join(', ')}.` : `Did you mean ${meant}?`,
  );
}
