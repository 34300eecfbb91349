import {
  BASES,
  CANNOT_VERIFY,
  edit,
  FIRST_KEY,
  SECOND_KEY,
  SHOP,
  STRANGER,
  TAMPERED,
  tamperedAt,
  TRUNCATED,
  type ArchiveCase,
  type Changes,
} from './archive-case.ts';
import { layArchive, type Files } from './lay-archive.ts';
import { writeShop } from './shop-project.ts';
import { checkpointOf, joinLines } from './write-log.ts';

const FIRST = 'tasks/T-1/events.jsonl';
const ODD = 'tasks/T-1/artifacts/R0/S0/A-1/a=3Ab';

/** Changes to what is signed, or to who signs. */
export function sealCases(): readonly ArchiveCase[] {
  return [...checkpointCases(), ...attestationCases()];
}

const own = checkpointOf(SHOP.project);
const on = (name: string, describe: string, expect: ArchiveCase['expect'], files: Files, tags?: Files) => {
  return { name, describe, base: 'signed' as const, files: layArchive(files, null, tags), expect };
};
const { signed } = BASES;
const kept = new Map(
  ['attestation.dsse.json', 'checkpoint.vkey'].map((path) => [path, signed.get(path) ?? '']),
);
const keptBut = (path: string, content: string): Files => new Map([...kept, [path, content]]);
const change = (changes: Changes) => edit(SHOP.files(), changes);
const forged = writeShop({ keys: [FIRST_KEY, SECOND_KEY], rotatedBy: STRANGER });
const attested = (change: (text: string) => string): Files =>
  new Map([['attestation.dsse.json', change(String(BASES.signed.get('attestation.dsse.json')))]]);

function checkpointCases(): readonly ArchiveCase[] {
  return [
    on(
      'a stripped checkpoint',
      'The log has keys, so it has to have one.',
      CANNOT_VERIFY,
      change({ checkpoint: null }),
    ),
    on(
      "a stranger's checkpoint",
      'The right root, signed by another key.',
      TAMPERED,
      change({
        checkpoint: STRANGER.signCheckpoint(own),
      }),
    ),
    on(
      "the old key's checkpoint",
      'The right root, signed by the key that was rotated out.',
      TAMPERED,
      change({
        checkpoint: FIRST_KEY.signCheckpoint(own),
      }),
    ),
    on(
      'a checkpoint of other lines',
      'Rightly signed, with another root.',
      TAMPERED,
      change({
        checkpoint: SECOND_KEY.signCheckpoint({ ...own, root: checkpointOf(SHOP.project, 3).root }),
      }),
    ),
    on('no checkpoint at all', 'A file that is none.', TAMPERED, change({ checkpoint: 'nothing\n' })),
    on(
      'an older checkpoint',
      'Of the time when the first key was in force; nobody vouches for the rest.',
      CANNOT_VERIFY,
      change({
        checkpoint: FIRST_KEY.signCheckpoint(checkpointOf(SHOP.project, 5)),
      }),
    ),
    on(
      'a cut project log',
      'Its checkpoint covers one line more.',
      TRUNCATED,
      change({
        'events.jsonl': joinLines(SHOP.project.lines.slice(0, -1)),
      }),
    ),
    on(
      'a forged rotation',
      'Not the key before, but another one signed for the new.',
      tamperedAt('events.jsonl', 8),
      forged.files(),
    ),
  ];
}

function attestationCases(): readonly ArchiveCase[] {
  return [
    on(
      'no attestation',
      'The log has keys, so somebody has to vouch for what lies beside it.',
      CANNOT_VERIFY,
      SHOP.files(),
    ),
    on(
      'another report',
      'The manifests are as it is.',
      TAMPERED,
      SHOP.files(),
      keptBut('REPORT.md', '# fine\n'),
    ),
    on(
      'another verifier',
      'The manifests are as it is.',
      TAMPERED,
      SHOP.files(),
      keptBut('verify.mjs', "console.log('ANCHORED');\n"),
    ),
    on(
      'a tag file that nobody vouches for',
      'The manifests list it.',
      TAMPERED,
      SHOP.files(),
      keptBut('report.html', '<p>fine\n'),
    ),
    on(
      'a tag file gone',
      'The manifests do not list checkpoint.vkey; the attestation names it.',
      TAMPERED,
      SHOP.files(),
      attested((text) => text),
    ),
    on(
      'files that are elsewhere',
      'The manifests list fetch.txt.',
      TAMPERED,
      SHOP.files(),
      keptBut('fetch.txt', 'https://host.example/f 1 data/f\n'),
    ),
    on(
      'another bagit.txt',
      'The manifests list it.',
      TAMPERED,
      SHOP.files(),
      keptBut('bagit.txt', 'BagIt-Version: 0.1\nTag-File-Character-Encoding: UTF-8\n'),
    ),
    on(
      'an attestation that is none',
      'Text of another kind.',
      TAMPERED,
      SHOP.files(),
      keptBut('attestation.dsse.json', 'garbage\n'),
    ),
    on(
      'another review artifact',
      'Only a review record names it.',
      tamperedAt(FIRST, 4),
      change({ [ODD]: 'other\n' }),
      kept,
    ),
    on(
      'a broken attestation',
      'Its signature has other bits.',
      TAMPERED,
      SHOP.files(),
      attested((text) => {
        return text.replace('"sig":"', '"sig":"AA');
      }),
    ),
    on(
      'an attestation of another archive',
      'A file changed since.',
      TAMPERED,
      change({
        'rejected/more.json': '{}',
      }),
      attested((text) => text),
    ),
    on(
      'another key beside it',
      'checkpoint.vkey is not the key in force.',
      TAMPERED,
      SHOP.files(),
      keptBut('checkpoint.vkey', `${STRANGER.verifierKey(SHOP.project.log_id)}\n`),
    ),
  ];
}
