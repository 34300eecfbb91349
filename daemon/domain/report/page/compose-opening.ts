import type { ReportFacts } from '../report.ts';
import { bytes, clockTime, count } from '../words/amounts.ts';
import { code, heading, paragraph, said, strong, type Block, type Fact, type Line } from './page.ts';
import type { ReportSources } from './report-sources.ts';

/** What this is, and how a reader checks it without having to believe it. */
export function composeOpening({ project, timeline }: ReportSources, facts: ReportFacts): readonly Block[] {
  return [
    paragraph(
      'Reeve gives bounded work orders to automatic workers (most are AI coding agents), measures what they really did, ' +
        'judges it, and records every step in a ledger made so that a later change shows. This report retells that ledger ' +
        'in plain words: who asked for what, what was allowed, what was done, what was refused or overridden, and on ' +
        'which evidence work was accepted.',
    ),
    paragraph(
      strong('The report is a summary; the ledger beside it is the record.'),
      ' Everything said here can be looked up in the files that are named, and these files can be checked with tools ' +
        'that come with most systems, without Reeve.',
    ),
    { type: 'facts', rows: factsOf(project.versions.items, timeline, facts) },
    heading(2, 'How to check it'),
    paragraph('Unzip the archive, open a terminal in the folder, and type:'),
    { type: 'steps', steps: facts.commands },
  ];
}

function factsOf(
  versions: readonly string[],
  { first, last, events }: ReportSources['timeline'],
  facts: ReportFacts,
): readonly Fact[] {
  const { files, bytes: size } = facts.payload;
  const period = first === null || last === null ? 'no events' : `${clockTime(first)} to ${clockTime(last)}`;
  return [
    { label: 'Project', lines: [[code(facts.projectId)]] },
    { label: 'Period', lines: [[said(period)]] },
    { label: 'Record', lines: [[`${count(events, 'event')}; ${count(files, 'file')}, ${bytes(size)}`]] },
    {
      label: 'Written by',
      lines: [
        ...versions.map((version): Line => ['Reeve ', said(version)]),
        ['This report: Reeve ', said(facts.reeveVersion)],
      ],
    },
  ];
}
