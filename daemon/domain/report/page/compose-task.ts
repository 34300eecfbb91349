import type { FileContents } from '../fold/file-contents.ts';
import type { Chosen } from '../fold/shortlist.ts';
import type { TaskStory } from '../fold/task-story.ts';
import { clockTime, count, grouped } from '../words/amounts.ts';
import { notableLine } from '../words/notable-line.ts';
import { inTask } from '../words/places.ts';
import { reasonWords } from '../words/reasons.ts';
import { spendingLines } from '../words/spending-lines.ts';
import { statusMark } from '../words/status.ts';
import { composeAttempts } from './compose-attempts.ts';
import { composeCriteria } from './compose-criteria.ts';
import { composeOrders } from './compose-orders.ts';
import { withheldLines } from './compose-withheld.ts';
import type { ReadFile } from './read-file.ts';
import { code, faint, heading, said, type Block, type Fact, type Line } from './page.ts';
import { taskAnchor } from './task-anchor.ts';

/** Tells one task in full. */
export function composeTask(
  { card, story }: Chosen,
  index: number,
  files: Pick<FileContents, 'of'>,
  redacted: ReadonlySet<string>,
): Block {
  const read: ReadFile = (path) => {
    const inProject = `tasks/${story.taskId}/${path}`;
    return redacted.has(inProject) ? 'withheld' : files.of(inProject);
  };
  return {
    type: 'article',
    id: taskAnchor(index),
    blocks: [
      heading(
        3,
        code(card.taskId),
        ' ',
        said(story.title === '' ? card.title : story.title),
        ' ',
        statusMark(card),
      ),
      { type: 'facts', rows: ending(story) },
      ...composeOrders(story, read),
      ...composeAttempts(story),
      ...composeNotables(story),
      ...composeCriteria(story, read),
      heading(4, 'Cost, and where the whole record is'),
      { type: 'facts', rows: remainder(story) },
    ],
  };
}

function composeNotables({ notables }: TaskStory): readonly Block[] {
  if (notables.items.length === 0) return [];
  const items = notables.items.map((notable) => notableLine(notable, [`line ${grouped(notable.seq)}`]));
  const earlier =
    notables.dropped === 0
      ? []
      : [[faint(`and ${count(notables.dropped, 'earlier entry', 'earlier entries')} in the log`)]];
  return [heading(4, 'Refused, failed or overridden'), { type: 'list', items: [...earlier, ...items] }];
}

function ending({ closed, commits }: TaskStory): readonly Fact[] {
  const lines = commits.items.map(({ data, time }): Line => [
    'Commit ',
    code(data.commit),
    ' on branch ',
    code(data.branch),
    `, ${clockTime(time)}`,
  ]);
  return [{ label: 'Outcome', lines: [closed === null ? ['Not closed yet.'] : closeLine(closed), ...lines] }];
}

function closeLine({ time, actor, data }: NonNullable<TaskStory['closed']>): Line {
  const isByHand = actor.kind === 'person';
  return [
    `Closed as ${data.final_status} by ${actor.kind} `,
    said(actor.id),
    `, ${clockTime(time)}`,
    isByHand ? '.' : `: ${reasonWords(data.reason_code)}.`,
    ...(data.detail === '' ? [] : [' “', said(data.detail), '”']),
  ];
}

function remainder({ taskId, tally, lines, withheld }: TaskStory): readonly Fact[] {
  return [
    { label: 'Cost', lines: spendingLines(tally.spending) },
    ...(withheld.items.length === 0 ? [] : [{ label: 'Withheld', lines: withheldLines(withheld) }]),
    {
      label: 'Full record',
      lines: [[code(inTask(taskId, 'events.jsonl')), ` (${count(lines, 'line')})`]],
    },
  ];
}
