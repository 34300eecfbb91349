import type { SubmitAnswer, TaskDetail } from '../../daemon/ports/services.ts';
import { nextSteps } from '../commands/why.ts';
import type { Paint } from '../context.ts';
import { plural, shortHash } from '../render/format.ts';

/** The answer of `reeve run --json`: one step of a task and everything that was tried for it. */
export function toRunResult(task: TaskDetail, answer: SubmitAnswer) {
  return {
    project_id: task.project_id,
    task_id: task.task_id,
    run_id: answer.run_id,
    step_id: answer.step_id,
    final_status: task.final_status,
    attempts: task.attempts
      .filter(({ step_id }) => step_id === answer.step_id)
      .map(({ r, s, attempt_id, result, reason_code, failed_gates, failed_criteria, ...rest }) => {
        const { files_changed, commands, rework_pack } = rest;
        return {
          ...{ r, s, attempt_id, result, reason_code, failed_gates, failed_criteria },
          ...{ files_changed, commands, rework_pack },
        };
      }),
    branch: task.branch,
    commit: task.commit,
    ledger: task.ledger,
  };
}

/** True when this very step was accepted; its task may go on with further steps. */
export function isAccepted(task: TaskDetail, answer: SubmitAnswer): boolean {
  if (task.final_status !== null) return task.final_status === 'accepted';
  const latest = task.attempts.findLast(({ step_id }) => step_id === answer.step_id);
  return task.status === 'waiting' && latest?.result === 'PASS';
}

/** The closing lines: the verdict, where the work is, and what to do next. */
export function resultLines(task: TaskDetail, answer: SubmitAnswer, paint: Paint): readonly string[] {
  const accepted = isAccepted(task, answer);
  const mark = accepted ? paint.green('✓') : paint.red('✗');
  const word = accepted ? 'accepted' : (task.final_status ?? task.status);
  return [
    '',
    `${mark} ${paint.bold(paint.safe(task.task_id))} ${word}: ${paint.safe(task.explanation)}`,
    ...(task.commit === null
      ? []
      : [`  branch ${paint.safe(task.branch ?? '?')}  commit ${shortHash(task.commit)}`]),
    `  ledger ${plural(task.ledger.events, 'event')}, head ${shortHash(task.ledger.head_hash)}`,
    ...nextSteps(task).map((line) => paint.cyan(`  → ${paint.safe(line)}`)),
  ];
}
