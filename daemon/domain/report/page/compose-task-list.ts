import type { TaskCard } from '../fold/task-card.ts';
import { columnTime, count, grouped } from '../words/amounts.ts';
import { statusMark } from '../words/status.ts';
import {
  faint,
  heading,
  paragraph,
  said,
  type Block,
  type Cell,
  type Column,
  type Line,
  type Span,
} from './page.ts';
import type { ReportSources } from './report-sources.ts';
import { taskAnchor } from './task-anchor.ts';

/** The tasks that are told in full, each with the way to its section. */
export function composeTaskList({ chosen, cards }: ReportSources): readonly Block[] {
  if (chosen.length === 0) return [heading(2, 'Tasks'), paragraph('No task’s log is in this archive.')];
  const order = 'what is open, was not accepted, or was overridden comes first, then the newest';
  const scope = `${grouped(chosen.length)} of ${count(cards.length, 'task')}`;
  return [
    heading(2, 'Tasks'),
    {
      type: 'table',
      caption: `${scope}, told in full below; ${order}`,
      columns: TASK_COLUMNS,
      rows: chosen.map(({ card }, index) =>
        taskRow(card, [{ type: 'link', to: taskAnchor(index), text: card.taskId }]),
      ),
    },
  ];
}

/** Columns of every list of tasks. */
export const TASK_COLUMNS: readonly Column[] = [
  { label: 'Task' },
  { label: 'Title' },
  { label: 'Status' },
  { label: 'Attempts', align: 'end' },
  { label: 'Last event (UTC)' },
];

/** One task in a list. */
export function taskRow(card: TaskCard, name: Line): readonly Cell[] {
  return [
    [name],
    [[said(card.title)]],
    [[statusMark(card)]],
    [[attemptsOf(card)]],
    [[said(columnTime(card.updated))]],
  ];
}

function attemptsOf({ attempts, failed }: TaskCard): Span {
  if (attempts === null) return faint('not in this archive');
  return failed === 0 ? grouped(attempts) : `${grouped(attempts)}, ${grouped(failed)} failed`;
}
