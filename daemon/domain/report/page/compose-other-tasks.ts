import { compareCards, type TaskCard } from '../fold/task-card.ts';
import { count, grouped } from '../words/amounts.ts';
import { isOpen } from '../words/status.ts';
import { code, heading, paragraph, type Block } from './page.ts';
import { TASK_COLUMNS, taskRow } from './compose-task-list.ts';
import type { ReportSources } from './report-sources.ts';

/** Tasks that have no section: one row each, up to a bound, and what was shortened. */
export function composeOtherTasks({ cards, chosen, rows }: ReportSources): readonly Block[] {
  const told = new Set(chosen.map(({ card }) => card.taskId));
  const others = cards.filter(({ taskId }) => !told.has(taskId)).toSorted(compareCards);
  if (others.length === 0) return [];
  const shown = others.slice(0, rows);
  return [
    heading(2, 'Other tasks'),
    paragraph(
      'This report is shortened: the tasks here have no section of their own. The full record of each that is in the ' +
        'archive is its log, ',
      code('data/tasks/TASK/events.jsonl'),
      '.',
    ),
    ...(shown.length === 0
      ? []
      : [
          {
            type: 'table',
            caption: `${grouped(shown.length)} of ${count(others.length, 'other task')}`,
            columns: TASK_COLUMNS,
            rows: shown.map((card) => taskRow(card, [code(card.taskId)])),
          } as const,
        ]),
    ...unlisted(others.slice(rows)),
  ];
}

function unlisted(cards: readonly TaskCard[]): readonly Block[] {
  if (cards.length === 0) return [];
  const accepted = cards.filter(({ status }) => status === 'accepted').length;
  const open = cards.filter(({ status }) => isOpen(status)).length;
  const ended = cards.length - accepted - open;
  return [
    paragraph(
      `Not listed: ${count(cards.length, 'further task')} (${grouped(accepted)} accepted, ` +
        `${grouped(ended)} rejected or abandoned, ${grouped(open)} open).`,
    ),
  ];
}
