import { formatCheckpoint } from '../../protocol/checkpoint.ts';
import {
  ANCHORED,
  BASES,
  CANNOT_VERIFY,
  EVENTS,
  FIRST_KEY,
  PLAIN,
  sealOf,
  SECOND_KEY,
  SHOP,
  STRANGER,
  TAMPERED,
  tamperedAt,
  unanchored,
  USAGE,
  type ArchiveCase,
} from './archive-case.ts';
import { layArchive } from './lay-archive.ts';
import { writeShop } from './shop-project.ts';
import { checkpointOf } from './write-log.ts';

const stolen = writeShop({ keys: [STRANGER, STRANGER] });
const stolenFiles = layArchive(stolen.files(), { ...sealOf(stolen), key: STRANGER });
const signed = { base: 'signed', files: BASES.signed } as const;
const unsigned = { base: 'unsigned', files: BASES.unsigned } as const;

/** What is kept elsewhere, and histories that it does not fit. */
export function anchorCases(): readonly ArchiveCase[] {
  const own = checkpointOf(SHOP.project);
  const other = writeShop({ keys: [FIRST_KEY, SECOND_KEY], reason: 'another end' });
  const foreign = writeShop({ keys: null, logId: '99999999999949998999999999999999' });
  const ahead = { ...own, size: own.size + 1 };
  const otherFiles = { base: 'signed', files: layArchive(other.files(), sealOf(other)) } as const;
  return [
    {
      name: 'anchored by three lines',
      describe: 'The note that export printed.',
      ...signed,
      anchor: formatCheckpoint(own),
      expect: ANCHORED,
    },
    {
      name: 'anchored by a signed note',
      describe: 'The whole checkpoint, kept elsewhere.',
      ...signed,
      anchor: SECOND_KEY.signCheckpoint(own),
      expect: ANCHORED,
    },
    {
      name: 'a note that came by mail',
      describe: 'With other line ends, blank space around its lines, and no last newline.',
      ...signed,
      anchor: `\r\n  ${formatCheckpoint(own).trimEnd().replaceAll('\n', ' \r\n  ')}`,
      expect: ANCHORED,
    },
    {
      name: 'no note',
      describe: 'It says nothing about any log.',
      ...signed,
      anchor: 'hello\n',
      expect: USAGE,
    },
    {
      name: 'anchored without a key',
      describe: 'Three lines need none.',
      ...unsigned,
      anchor: formatCheckpoint(checkpointOf(PLAIN.project)),
      expect: ANCHORED,
    },
    {
      // Six lines of the project log cover two of T-1 and one of t-1: six, two and one event are anchored.
      name: 'anchored for a part',
      describe: 'The anchor is older than the last lines.',
      ...signed,
      anchor: formatCheckpoint(checkpointOf(SHOP.project, 7)),
      expect: unanchored(EVENTS - 7 - 4 - 1),
    },
    {
      name: 'an anchor of another log',
      describe: 'It anchors nothing here.',
      ...unsigned,
      anchor: formatCheckpoint(checkpointOf(foreign.project)),
      expect: CANNOT_VERIFY,
    },
    {
      name: 'an older copy',
      describe: 'The anchor covers one line more.',
      ...signed,
      anchor: formatCheckpoint(ahead),
      expect: { exit: 10, verdict: 'ROLLED_BACK' },
    },
    {
      name: 'a fork',
      describe: 'The same key signed another history.',
      ...otherFiles,
      anchor: SECOND_KEY.signCheckpoint(own),
      expect: { exit: 11, verdict: 'FORKED' },
    },
    {
      name: 'another history, and three lines',
      describe: 'Who signed the lines is not known.',
      ...otherFiles,
      anchor: formatCheckpoint(own),
      expect: tamperedAt('events.jsonl', 1),
    },
    {
      name: 'everything rewritten',
      describe: 'From the first line, with a key of its own: nothing inside shows it.',
      base: 'signed',
      files: stolenFiles,
      expect: unanchored(EVENTS),
    },
    {
      name: 'everything rewritten, anchored',
      describe: 'The anchor shows it.',
      base: 'signed',
      files: stolenFiles,
      anchor: SECOND_KEY.signCheckpoint(own),
      expect: tamperedAt('events.jsonl', 1),
    },
  ];
}

/** Keys that somebody knows from elsewhere. */
export function keyCases(): readonly ArchiveCase[] {
  return [
    {
      name: 'everything rewritten, key known',
      describe: 'The key that was given did not sign it, nor any that comes from it.',
      base: 'signed',
      files: stolenFiles,
      key: FIRST_KEY.verifierKey(SHOP.project.log_id),
      expect: TAMPERED,
    },
    {
      name: 'the key in force given',
      describe: 'It signed the checkpoint.',
      ...signed,
      key: SECOND_KEY.verifierKey(SHOP.project.log_id),
      expect: unanchored(EVENTS),
    },
    {
      name: 'the first key given',
      describe: 'It signed for the one in force.',
      ...signed,
      key: FIRST_KEY.verifierKey(SHOP.project.log_id),
      expect: unanchored(EVENTS),
    },
    {
      name: "a stranger's key given",
      describe: 'It signed nothing here.',
      ...signed,
      key: STRANGER.verifierKey(SHOP.project.log_id),
      expect: TAMPERED,
    },
    {
      name: 'a key given, nothing signed',
      describe: 'There is nothing that it could have signed.',
      ...unsigned,
      key: FIRST_KEY.verifierKey(SHOP.project.log_id),
      expect: CANNOT_VERIFY,
    },
  ];
}
