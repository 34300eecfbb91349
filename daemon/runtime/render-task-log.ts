import { formatPointer } from '../../protocol/attempt-pointer.ts';
import type { AttemptView, TaskDetail } from '../ports/services.ts';

/** Renders a task for people, in markdown: a projection, never read back. */
export function renderTaskLog(task: TaskDetail): string {
  return [
    `# ${line(task.title)}`,
    '',
    `| | |`,
    `|---|---|`,
    `| Task | ${task.task_id} (project ${task.project_id}) |`,
    `| Status | **${task.status}** |`,
    `| Run, step | ${task.run_id ?? '–'}, ${task.step_id ?? '–'} |`,
    `| Branch | ${task.branch ?? '–'} |`,
    `| Commit | ${task.commit ?? '–'} |`,
    `| Events | ${task.ledger.events}, head ${task.ledger.head_hash.slice(0, 16)}… |`,
    `| Updated | ${task.updated} |`,
    '',
    line(task.explanation),
    ...task.attempts.flatMap(attemptSection),
    '',
    '_Rendered from the ledger; rebuilt by `reeve rebuild`, never read back._',
    '',
  ].join('\n');
}

function attemptSection(attempt: AttemptView): readonly string[] {
  const outcome = attempt.result ?? 'under way';
  const reason = attempt.reason_code === null ? '' : ` ${attempt.reason_code}`;
  return [
    '',
    `## ${attempt.step_id} ${formatPointer(attempt)}: ${outcome}${reason}`,
    '',
    `- attempt ${attempt.attempt_id}, worker ${attempt.worker ?? '–'}, started ${attempt.started}`,
    ...(attempt.reason_detail === null ? [] : [`- ${line(attempt.reason_detail)}`]),
    ...list('failed criteria', attempt.failed_criteria),
    ...list('failed gates', attempt.failed_gates),
    ...list('files changed', attempt.files_changed.slice(0, 20).map(line)),
    ...attempt.commands.map(
      (command) =>
        `- \`${line(command.command).slice(0, 120).replaceAll('`', '')}\` exit ${String(command.exit_code)}, ${command.duration_ms} ms`,
    ),
    ...(attempt.next_action === null ? [] : [`- next: ${attempt.next_action}`]),
  ];
}

function list(name: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [`- ${name}: ${items.join(', ')}`];
}

/** One line of plain text: what comes from outside must not shape the document. */
function line(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').replace(/([|<>])/g, '\\$1');
}
