import {
  BASES,
  edit,
  EVENTS,
  LOGS,
  PLAIN,
  PLAIN_EVENTS,
  STRANGER,
  TAMPERED,
  tamperedAt,
  TRUNCATED,
  unanchored,
  type ArchiveCase,
  type Changes,
} from './archive-case.ts';
import { layArchive } from './lay-archive.ts';
import { relink } from './relink.ts';
import { checkpointOf, joinLines } from './write-log.ts';

const FIRST = 'tasks/T-1/events.jsonl';
const SECOND = 'tasks/=74=2D=31/events.jsonl';
const PACKS = [...PLAIN.files().keys()].find((path) => path.includes('/packs/')) ?? '';
const PATCH = 'tasks/T-1/artifacts/R0/S0/A-1/patch.diff';
const ODD = 'tasks/T-1/artifacts/R0/S0/A-1/a=3Ab';

/** Bytes that were changed on the way, with nothing covered up. */
export function carelessCases(): readonly ArchiveCase[] {
  const { signed, unsigned } = BASES;
  const on = (base: 'signed' | 'unsigned', name: string, describe: string, changes: Changes) => {
    return { name, describe, base, files: edit(BASES[base], changes), expect: TAMPERED };
  };
  const flip = (text: string) => text.replace('a person had a look', 'a person had a lock');
  return [
    {
      name: 'signed',
      describe: 'As it was exported.',
      base: 'signed',
      files: signed,
      expect: unanchored(EVENTS),
    },
    {
      name: 'unsigned',
      describe: 'Of a project without a key.',
      base: 'unsigned',
      files: unsigned,
      expect: unanchored(PLAIN_EVENTS),
    },
    {
      ...on('signed', 'a flipped bit', 'One bit of a task log.', { [LOGS.first]: flip }),
      expect: tamperedAt(FIRST, 3),
    },
    {
      ...on('unsigned', 'a changed artifact', 'Of a file that only a review record names.', {
        [`data/${ODD}`]: 'other',
      }),
      expect: tamperedAt(FIRST, 4),
    },
    on('unsigned', 'a missing file', 'A file that the manifest lists is gone.', {
      'data/manifest/schema_version.json': null,
    }),
    on('unsigned', 'a file besides', 'A file that no manifest lists.', { 'data/manifest/more.json': '{}' }),
    on('unsigned', 'a tag file besides', 'The same beside data/.', { 'more.txt': 'more' }),
    on('unsigned', 'fetch.txt', 'Files that are elsewhere.', {
      'fetch.txt': 'https://host.example/f 1 data/f\n',
    }),
    on('unsigned', 'a path that climbs', 'A manifest lists a file outside.', {
      'manifest-sha256.txt': (text) => `${text}${'0'.repeat(64)}  data/../../outside\n`,
    }),
    on('unsigned', 'a line listed twice', 'A manifest lists one file with two digests.', {
      'manifest-sha256.txt': (text) => `${'0'.repeat(64)}${text.slice(64, text.indexOf('\n') + 1)}${text}`,
    }),
  ];
}

/** Changes after which all manifests were made anew; only the key was not at hand. */
export function coveredUpCases(): readonly ArchiveCase[] {
  const on = (name: string, describe: string, expect: ArchiveCase['expect'], changes: Changes) => {
    const files = layArchive(edit(PLAIN.files(), changes), null);
    return { name, describe, base: 'unsigned' as const, files, expect };
  };
  const { first, second, project } = PLAIN;
  const lines = (...at: readonly number[]) => joinLines(at.map((index) => first.lines[index] ?? ''));
  const young = {
    'events.jsonl': joinLines(project.lines.slice(0, 5)),
    [FIRST]: lines(0, 1, 2, 3),
    [SECOND]: joinLines(second.lines.slice(0, 1)),
  };
  const rewritten = first.lines.map((line) => line.replace('a person had a look', 'nobody had a look'));
  return [
    on('a dropped line', 'The second line of five.', tamperedAt(FIRST, 2), { [FIRST]: lines(0, 2, 3, 4) }),
    on('swapped lines', 'The second and the third.', tamperedAt(FIRST, 2), { [FIRST]: lines(0, 2, 1, 3, 4) }),
    on('a line twice', 'The second.', tamperedAt(FIRST, 3), { [FIRST]: lines(0, 1, 1, 2, 3, 4) }),
    on('a cut task log', 'Its head covers five lines, four are there.', TRUNCATED, {
      [FIRST]: lines(0, 1, 2, 3),
    }),
    on('an empty task log', 'Not one line is left.', TRUNCATED, { [FIRST]: '' }),
    on('a missing task', 'Its folder is gone.', TRUNCATED, { [SECOND]: null }),
    on('a torn line', 'The last line has no end.', tamperedAt(FIRST, 5), {
      [FIRST]: first.text().slice(0, -9),
    }),
    on('a re-hashed task', 'Every line hashes and links, and other words are in it.', tamperedAt(FIRST, 4), {
      [FIRST]: joinLines(relink(rewritten)),
    }),
    on('a task log goes on', 'A line that no head covers.', tamperedAt(FIRST, 6), {
      [FIRST]: joinLines(
        relink([...first.lines, (first.lines[4] ?? '').replace(/-8000-0{10}/, '-8000-0000000001')]),
      ),
    }),
    on('swapped task logs', 'Each in the place of the other.', tamperedAt(FIRST, 1), {
      [FIRST]: second.text(),
      [SECOND]: first.text(),
    }),
    on('an unknown task', 'A log that the project log does not know.', TAMPERED, {
      'tasks/T-9/events.jsonl': first.text(),
    }),
    on('another pack', 'In the place of the one that was accepted.', tamperedAt(FIRST, 2), { [PACKS]: '{}' }),
    on('another artifact', 'That only the review record names.', tamperedAt(FIRST, 4), { [ODD]: 'other\n' }),
    on('no end of line', 'More than a line can hold, on one line.', tamperedAt(FIRST, 1), {
      [FIRST]: 'x'.repeat(200_000),
    }),
    on('a file spelled twice', 'One name is the log, the other its spelling.', TAMPERED, {
      'tasks/T-1/=65vents.jsonl': first.text(),
    }),
    on('a missing patch', 'That the log names.', tamperedAt(FIRST, 4), { [PATCH]: null }),
    on('a task without a head', 'The project log ends with its creation.', unanchored(5 + 4 + 1), young),
    on('another first line', 'Of a task without a head.', tamperedAt('tasks/t-1/events.jsonl', 1), {
      ...young,
      [SECOND]: joinLines(
        relink(second.lines.slice(0, 1).map((line) => line.replace('Differs', 'Differed'))),
      ),
    }),
    on('no project log', 'Its tasks are there.', TRUNCATED, { 'events.jsonl': null }),
    on('an empty project log', 'Its tasks are there.', TRUNCATED, { 'events.jsonl': '' }),
    on('a checkpoint without a key', 'Signed by somebody whom the log does not know.', TAMPERED, {
      checkpoint: STRANGER.signCheckpoint(checkpointOf(project)),
    }),
  ];
}
