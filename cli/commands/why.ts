import { formatPointer } from '../../protocol/attempt-pointer.ts';
import type { AttemptView, TaskDetail } from '../../daemon/ports/services.ts';
import type { Answer, Context, Paint } from '../context.ts';
import { findTask } from '../find-task.ts';
import { formatDuration, plural, shortHash } from '../render/format.ts';
import { statusPaint } from '../render/task-status.ts';

/** `reeve why TASK`: where a task stands, what led there, and what to do next. */
export async function why(context: Context, [taskId = '']: readonly string[]): Promise<Answer> {
  const task = await findTask(context, taskId);
  return { data: task, text: () => explain(task, context.paint) };
}

function explain(task: TaskDetail, paint: Paint): readonly string[] {
  const title = task.title === '' ? '' : `: ${paint.safe(task.title)}`;
  return [
    `${paint.bold(paint.safe(task.task_id))}${title}`,
    `${statusPaint(task.status, paint)(task.status)}  ${paint.safe(task.explanation)}`,
    ...task.attempts.flatMap((attempt) => attemptLines(attempt, paint)),
    ...(task.commit === null
      ? []
      : [`committed ${shortHash(task.commit)} on ${paint.safe(task.branch ?? '?')}`]),
    `ledger: ${plural(task.ledger.events, 'event')}, head ${shortHash(task.ledger.head_hash)}`,
    ...nextSteps(task).map((line) => paint.cyan(`→ ${paint.safe(line)}`)),
  ];
}

function attemptLines(attempt: AttemptView, paint: Paint): readonly string[] {
  const result = attempt.result ?? 'running';
  const colour = attempt.result === 'PASS' ? paint.green : attempt.result === null ? paint.yellow : paint.red;
  const took = attempt.duration_ms === null ? '' : ` in ${formatDuration(attempt.duration_ms)}`;
  const who = attempt.worker === null ? '' : ` by ${attempt.worker}`;
  const reason = attempt.reason_code === null ? '' : ` ${attempt.reason_code}`;
  const detail = attempt.reason_detail ? `: ${attempt.reason_detail}` : '';
  const missed = [...attempt.failed_gates, ...attempt.failed_criteria].join(', ');
  return [
    `  ${paint.bold(formatPointer(attempt))} ${colour(result)}${paint.safe(`${reason}${who}${took}${detail}`)}`,
    ...(missed === '' ? [] : [`         not met: ${paint.safe(missed)}`]),
  ];
}

/** What a person can do now, as commands to paste. */
export function nextSteps(task: TaskDetail): readonly string[] {
  switch (task.status) {
    case 'needs_person':
      return [
        `reeve retry ${task.task_id} --reset   # try again with fresh retries`,
        `reeve close ${task.task_id} --status rejected --detail "…"`,
      ];
    case 'accepted':
      return task.branch === null
        ? []
        : [`git merge ${task.branch}   # land it; Reeve never touches your branch`];
    case 'queued':
      return ['reeve start   # work is owed'];
    case 'running':
      return [`reeve logs -f ${task.task_id}`];
    case 'waiting':
    case 'rejected':
    case 'abandoned':
      return [];
  }
}
