import type { ProjectStory, RefusalStory, Told } from '../fold/project-story.ts';
import { clockTime, count, grouped } from '../words/amounts.ts';
import { notableLine } from '../words/notable-line.ts';
import { inArchive } from '../words/places.ts';
import { code, faint, heading, mark, paragraph, said, type Block, type Line } from './page.ts';
import type { ReportSources } from './report-sources.ts';
import { taskAnchor } from './task-anchor.ts';

const MAX_LINES = 200;

/** What was refused, overridden or lost anywhere in the project, each with the way to its details. */
export function composeAttention({ project, chosen }: ReportSources): readonly Block[] {
  const lines = ofProject(project);
  const shown = lines.slice(0, MAX_LINES);
  let rest = lines.length - shown.length;
  for (const [index, { card, story }] of chosen.entries()) {
    const grave = story.notables.items.filter(({ isGrave }) => isGrave);
    const to = { type: 'link', to: taskAnchor(index), text: card.taskId } as const;
    const told = grave.slice(0, MAX_LINES - shown.length);
    shown.push(...told.map((notable) => notableLine(notable, [to])));
    rest += grave.length - told.length;
  }
  return [
    heading(2, 'Refused, overridden, or out of the ordinary'),
    shown.length === 0
      ? paragraph(
          'Nothing in the lines handed over: no order was refused, no person overruled a verdict, nothing was repaired.',
        )
      : { type: 'list', items: shown },
    ...(rest === 0
      ? []
      : [paragraph(`And ${count(rest, 'further entry', 'further entries')}, told with their tasks below.`)]),
  ];
}

function ofProject(project: ProjectStory): readonly Line[] {
  const unsigned = project.keys.items.filter(({ trust }) => trust === 'replaced');
  return [
    ...project.resets.items.map((reset): Line => [
      mark('bad', 'History reset'),
      ` ${at(reset)}: `,
      said(reset.by),
      ` accepted that the ledger does not continue what was last seen of it at ${grouped(reset.data.seen_size)} lines: “`,
      said(reset.data.reason),
      '”',
    ]),
    ...project.recoveries.items.map((recovery): Line => [
      mark('warn', 'Repaired'),
      ` ${at(recovery)}: ${count(recovery.data.length, 'byte')} after the last whole line of `,
      code(inArchive(recovery.data.log)),
      ' were cut off and kept as ',
      code(inArchive(recovery.data.kept_as)),
    ]),
    ...unsigned.map((key): Line => [
      mark('warn', 'Key replaced'),
      ` ${at(key)}: key `,
      code(key.keyId),
      ' signs from here on, and the key before did not vouch for it',
    ]),
    ...project.refusals.items.map(refusalLine),
    ...(project.refusals.dropped === 0
      ? []
      : [[`${count(project.refusals.dropped, 'earlier refusal')} in `, code(inArchive('events.jsonl'))]]),
  ];
}

function refusalLine(refusal: RefusalStory): Line {
  const { items, dropped } = refusal.problems;
  return [
    mark('warn', 'Order refused'),
    ` ${at(refusal)}: `,
    code(refusal.name),
    ', kept as ',
    code(inArchive(refusal.keptAs)),
    '. ',
    said(items.join(' ')),
    ...(dropped === 0 ? [] : [faint(` And ${count(dropped, 'further problem')}.`)]),
  ];
}

function at({ time, seq }: Pick<Told<unknown>, 'time' | 'seq'>): string {
  return `${clockTime(time)}, line ${grouped(seq)}`;
}
