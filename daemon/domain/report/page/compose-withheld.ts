import type { KeptList } from '../fold/kept-list.ts';
import type { ReportFacts, WithheldLine } from '../report.ts';
import { bytes, clockTime, count, grouped } from '../words/amounts.ts';
import { inArchive } from '../words/places.ts';
import { code, faint, heading, said, type Block, type Line } from './page.ts';
import type { ReportSources } from './report-sources.ts';

const MAX_FILES = 100;

/** What the reader does not get to see; nothing is said where everything is there. */
export function composeWithheld(
  { project, chosen }: ReportSources,
  { leftOut }: ReportFacts,
): readonly Block[] {
  const items = [
    ...tasksLine(leftOut),
    ...leftOut.redactedFiles.slice(0, MAX_FILES).map(redactedLine),
    ...more(leftOut.redactedFiles.length, 'file'),
    ...withheldLines(project.withheld),
    ...chosen.flatMap(({ story }) => withheldLines(story.withheld)),
    ...leftOut.skippedFiles
      .slice(0, MAX_FILES)
      .map(({ path, reason }): Line => ['Not archived: ', code(path), ', because ', said(reason)]),
    ...more(leftOut.skippedFiles.length, 'file'),
  ];
  if (items.length === 0) return [];
  return [
    heading(2, 'Left out of this archive'),
    { type: 'callout', tone: 'warn', title: 'This archive is not the whole record', items },
  ];
}

function tasksLine({ tasks, since }: ReportFacts['leftOut']): readonly Line[] {
  const chosen =
    since === null ? '' : `; only tasks with something after ${clockTime(since)} were handed over`;
  if (tasks === 0 && since === null) return [];
  return [
    [
      `The logs and files of ${count(tasks, 'task')} were not handed over${chosen}. `,
      'The project log still counts and names each of them.',
    ],
  ];
}

function redactedLine({ path, sha256, bytes: size }: ReportFacts['leftOut']['redactedFiles'][number]): Line {
  return ['Withheld: ', code(inArchive(path)), ` (${bytes(size)}), SHA-256 `, code(sha256)];
}

/** Lines whose content was withheld, in words. */
export function withheldLines({ items, dropped }: KeptList<WithheldLine>): readonly Line[] {
  const lines = items.map(({ log, seq, type, time }): Line => [
    `Withheld: line ${grouped(seq)} of `,
    code(inArchive(log)),
    ', which claims to be ',
    code(type),
    ' of ',
    said(clockTime(time)),
    faint(' (type and time cannot be checked)'),
  ]);
  return dropped === 0 ? lines : [...lines, [`and ${count(dropped, 'further line')} of that log`]];
}

function more(total: number, what: string): readonly Line[] {
  if (total <= MAX_FILES) return [];
  const place = 'disclosure.json and bag-info.txt name all of them';
  return [[`and ${count(total - MAX_FILES, `further ${what}`)}; ${place}`]];
}
