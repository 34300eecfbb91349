import type { ProjectStory } from '../fold/project-story.ts';
import { bytes, clockTime, count, grouped } from '../words/amounts.ts';
import { inArchive } from '../words/places.ts';
import { code, faint, heading, paragraph, said, type Block, type Fact, type Line } from './page.ts';
import type { ReportSources } from './report-sources.ts';

/** Under which rules and keys the record was kept. */
export function composeProject({ project }: ReportSources): readonly Block[] {
  const rows: readonly Fact[] = [
    { label: 'Rules', lines: rulesLines(project) },
    { label: 'Signing keys', lines: keyLines(project) },
    { label: 'Starts', lines: [[`Reeve was started ${count(project.starts, 'time')} on this project.`]] },
    ...factOf(
      'Long logs',
      project.segments === 0
        ? []
        : [[`${count(project.segments, 'part')} of logs were closed for good and never written again.`]],
    ),
    ...factOf('Came from', importLines(project)),
    ...factOf('Handed over before', exportLines(project)),
  ];
  return [
    heading(2, 'Rules in force'),
    paragraph(
      'Beside each order, these rules held: limits, retries, and which workers there are. Each set is a file in the archive, ' +
        'named by its digest.',
    ),
    { type: 'facts', rows },
  ];
}

function rulesLines({ rules }: ProjectStory): readonly Line[] {
  if (rules.items.length === 0) return [['Not recorded.']];
  return [
    ...earlier(rules.dropped, 'set'),
    ...rules.items.map(({ policy, since, version }): Line => [
      `From ${clockTime(since)}: `,
      code(inArchive(policy.path)),
      ' SHA-256 ',
      code(policy.sha256),
      ' (Reeve ',
      said(version),
      ')',
    ]),
  ];
}

const TRUST = {
  first: 'the first key',
  rotated: 'the key before vouched for it',
  replaced: 'no earlier key vouched for it',
} as const;

function keyLines({ keys }: ProjectStory): readonly Line[] {
  if (keys.items.length === 0) return [['None: nothing in this record is signed.']];
  const lines = keys.items.map((key): Line => [
    `From line ${grouped(key.seq)}, ${clockTime(key.time)}: `,
    code(key.keyId),
    ` (${TRUST[key.trust]})`,
  ]);
  return keys.dropped === 0 ? lines : [...lines, [faint(`and ${count(keys.dropped, 'later key')}`)]];
}

function importLines({ imports }: ProjectStory): readonly Line[] {
  return imports.items.map(({ time, data }): Line => [
    `Imported ${clockTime(time)} from project `,
    code(data.from_project_id),
    ', archive ',
    code(data.archive_id),
  ]);
}

function exportLines({ exports }: ProjectStory): readonly Line[] {
  return [
    ...earlier(exports.dropped, 'archive'),
    ...exports.items.map(({ time, data }): Line => [
      `${clockTime(time)}: archive `,
      code(data.archive_id),
      ` (${count(data.files, 'file')}, ${bytes(data.bytes)})`,
    ]),
  ];
}

function earlier(dropped: number, what: string): readonly Line[] {
  return dropped === 0
    ? []
    : [[faint(`${count(dropped, `earlier ${what}`)} in `), code('data/events.jsonl')]];
}

function factOf(label: string, lines: readonly Line[]): readonly Fact[] {
  return lines.length === 0 ? [] : [{ label, lines }];
}
