import type { ReportFacts } from '../report.ts';
import { count, grouped } from '../words/amounts.ts';
import { inArchive } from '../words/places.ts';
import { code, heading, paragraph, said, type Block, type Line } from './page.ts';
import type { ReportSources } from './report-sources.ts';

/** What was checked when the archive was written, and what only the reader can check. */
export function composeVerification(sources: ReportSources, facts: ReportFacts): readonly Block[] {
  const { verification, checkpoint } = facts;
  const warnings = warningsOf(sources, facts);
  const checked: Line = [checkedWords(verification, sources.timeline.withheld)];
  const isChanged = sources.files.changed().length > 0;
  return [
    heading(2, 'State of verification'),
    warnings.length === 0
      ? {
          type: 'callout',
          tone: 'good',
          title: 'Nothing was found wrong when this was exported',
          items: [checked],
        }
      : {
          type: 'callout',
          tone: isChanged ? 'bad' : 'warn',
          title: 'Read this first',
          items: [...warnings, checked],
        },
    {
      type: 'facts',
      rows: [
        { label: 'Signature', lines: signature(checkpoint) },
        { label: 'Outside witnesses', lines: witnesses(sources, verification.anchors) },
      ],
    },
    paragraph(
      'What no check can tell: events that were never written, and untrue words at the time of writing. People are named ' +
        'in the record, not authenticated. Times are what the machine’s clock said; the order is that of the lines.',
    ),
  ];
}

function checkedWords({ logs, lines }: ReportFacts['verification'], withheld: number): string {
  const read = `While the archive was written, ${count(logs, 'log')} with ${count(lines, 'line')} in all were read from the first line to the last`;
  const found =
    'every line has the digest it claims, and names the digest of the line before it, so a changed, missing, added or ' +
    'moved line would have shown';
  const gap =
    withheld === 0
      ? ''
      : ` Of ${count(withheld, 'line')} the content is withheld, and only the links could be followed.`;
  return `${read}: ${found}.${gap}`;
}

function warningsOf({ files, timeline }: ReportSources, { verification }: ReportFacts): readonly Line[] {
  const { skipped, backwards } = timeline;
  return [
    ...verification.warnings.map((warning): Line => [said(warning)]),
    ...files
      .changed()
      .map((path): Line => [
        'The file ',
        code(inArchive(path)),
        ' is not what the log says: its digest differs.',
      ]),
    ...(backwards === 0
      ? []
      : [[`The clock went back ${count(backwards, 'time')}: a line is dated before the line above it.`]]),
    ...(skipped.items.length === 0
      ? []
      : [
          [
            `${count(skipped.items.length + skipped.dropped, 'event')} could not be understood by this version and ` +
              'are not told here: ',
            said(skipped.items.join(', ')),
          ],
        ]),
  ];
}

function signature(checkpoint: ReportFacts['checkpoint']): readonly Line[] {
  if (checkpoint === null) {
    return [
      [
        'Not signed: no key was set up for this project. Whoever could write its folder could have replaced all of it.',
      ],
    ];
  }
  return [
    [
      `The first ${grouped(checkpoint.size)} lines of the project log are signed as `,
      code(checkpoint.origin),
    ],
    ['Root of all lines: ', code(checkpoint.root)],
    ['Key: ', code(checkpoint.key_id)],
    [
      'A signature says what was signed, not by whom: compare the key with one you were given by another way.',
    ],
  ];
}

function witnesses({ project }: ReportSources, anchors: readonly string[]): readonly Line[] {
  const recorded = project.anchors.items.map(({ data }): Line => [
    `${data.kind === 'rfc3161' ? 'Time stamp (RFC 3161)' : 'A person’s signature (SSH)'} over ${grouped(data.size)} lines: `,
    code(inArchive(data.proof.path)),
  ]);
  const known = anchors.map((anchor): Line => [said(anchor)]);
  if (recorded.length + known.length > 0) return [...known, ...recorded];
  return [
    [
      'None known. A note of the signed head that was kept elsewhere shows whether anything was rewritten since.',
    ],
  ];
}
