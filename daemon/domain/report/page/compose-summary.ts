import { grouped } from '../words/amounts.ts';
import { spendingLines } from '../words/spending-lines.ts';
import { isOpen } from '../words/status.ts';
import { heading, said, type Block, type Fact, type Figure, type Tone } from './page.ts';
import type { ReportSources } from './report-sources.ts';

/** The numbers that a manager asks for first. */
export function composeSummary({ cards, project, timeline, work }: ReportSources): readonly Block[] {
  const accepted = cards.filter(({ status }) => status === 'accepted').length;
  const open = cards.filter(({ status }) => isOpen(status)).length;
  const refused = project.refusals.items.length + project.refusals.dropped;
  const figures: readonly Figure[] = [
    figure(cards.length, cards.length === 1 ? 'task' : 'tasks', 'plain'),
    figure(accepted, 'accepted', 'good'),
    figure(cards.length - accepted - open, 'rejected or abandoned', 'bad'),
    figure(open, 'open', 'warn'),
    figure(work.attempts, work.attempts === 1 ? 'attempt' : 'attempts', 'plain'),
    figure(work.failed, work.failed === 1 ? 'attempt failed' : 'attempts failed', 'bad'),
    figure(work.interrupted, 'interrupted', 'warn'),
    figure(refused, refused === 1 ? 'order refused' : 'orders refused', 'warn'),
  ];
  const cost = { label: 'Cost', lines: spendingLines(work.spending) };
  return [
    heading(2, 'In numbers'),
    { type: 'figures', figures },
    { type: 'facts', rows: [cost, actorsOf(timeline)] },
  ];
}

/** None of a kind is nothing to be alarmed about. */
function figure(value: number, label: string, tone: Tone): Figure {
  return { value: grouped(value), label, tone: value === 0 ? 'plain' : tone };
}

function actorsOf({ actors, otherActors }: ReportSources['timeline']): Fact {
  const lines = actors.map(({ kind, id, events }) => [`${kind} `, said(id), `: ${grouped(events)}`]);
  const more = otherActors === 0 ? [] : [[`others: ${grouped(otherActors)}`]];
  return { label: 'Events by', lines: [...lines, ...more] };
}
