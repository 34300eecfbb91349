import { formatDisclosure, type Disclosure } from '../../protocol/disclosure.ts';
import { sha256Hex } from '../../protocol/digest.ts';
import { sliceEventLine } from '../../protocol/event-slices.ts';
import { leafHash } from '../../protocol/merkle-tree.ts';
import { formatRedactedLine } from '../../protocol/redacted-line.ts';
import {
  edit,
  EVENTS,
  sealOf,
  SHOP,
  TAMPERED,
  tamperedAt,
  TRUNCATED,
  unanchored,
  type ArchiveCase,
  type Changes,
  type Expectation,
} from './archive-case.ts';
import { layArchive } from './lay-archive.ts';
import { joinLines } from './write-log.ts';

const FIRST = 'tasks/T-1/events.jsonl';
const SECOND = 'tasks/=74=2D=31/events.jsonl';
const PATCH = 'tasks/T-1/artifacts/R0/S0/A-1/patch.diff';

/** Archives that leave something out, and say so or not. */
export function disclosureCases(): readonly ArchiveCase[] {
  const all = { included: ['T-1', 't-1'], left_out: 0 };
  const patch = String(SHOP.files().get(PATCH));
  const withheld = { path: PATCH, sha256: sha256Hex(patch), bytes: Buffer.byteLength(patch) };
  const task = joinLines(SHOP.first.lines.map((line, index) => (index === 2 ? redact(line) : line)));
  const project = joinLines(
    SHOP.project.lines.map((line, index) => (index === 2 ? redact(line, true) : line)),
  );
  const otherLeaf = project.replace(/"leaf_hash":"[0-9a-f]{64}"/, `"leaf_hash":"${'0'.repeat(64)}"`);
  const line = (path: string) => ({ path, seq: 3 });
  return [
    of(
      'a redacted line',
      'Disclosed; the chain goes on.',
      unanchored(EVENTS),
      { [FIRST]: task },
      tell(all, line(FIRST)),
    ),
    of(
      'a redacted project line',
      'Its leaf keeps the root right.',
      unanchored(EVENTS),
      { 'events.jsonl': project },
      tell(all, line('events.jsonl')),
    ),
    of(
      'a redacted file',
      'The line that names it keeps its digest.',
      unanchored(EVENTS),
      { [PATCH]: null },
      tell(all, withheld),
    ),
    of(
      'a task left out',
      'The project log goes on telling of it.',
      unanchored(EVENTS - 2),
      { [SECOND]: null },
      tell({ included: ['T-1'], left_out: 1 }),
    ),
    of(
      'a hidden redaction',
      'A redacted line that nobody disclosed.',
      tamperedAt(FIRST, 3),
      { [FIRST]: task },
      null,
    ),
    of(
      'another leaf',
      'A redacted line of the project log with another leaf hash.',
      TAMPERED,
      { 'events.jsonl': otherLeaf },
      tell(all, line('events.jsonl')),
    ),
    of(
      'a file exchanged under a redaction',
      'The digest told is not the one that the line names.',
      tamperedAt(FIRST, 4),
      { [PATCH]: null },
      tell(all, { ...withheld, sha256: sha256Hex('other') }),
    ),
    of(
      'a task left out, and there',
      'Nobody would verify it.',
      TAMPERED,
      {},
      tell({ included: ['T-1'], left_out: 1 }),
    ),
    of('a task gone, not left out', 'The disclosure includes it.', TRUNCATED, { [SECOND]: null }, tell(all)),
  ];
}

type Redaction = Disclosure['redacted'][number];

function tell(tasks: Disclosure['tasks'], ...redacted: readonly Redaction[]): Disclosure {
  return { v: 1, complete: false, since: null, tasks, redacted };
}

function of(
  name: string,
  describe: string,
  expect: Expectation,
  changes: Changes,
  disclosure: Disclosure | null,
): ArchiveCase {
  const tags = new Map(disclosure === null ? [] : [['disclosure.json', formatDisclosure(disclosure)]]);
  const files = layArchive(edit(SHOP.files(), changes), sealOf(SHOP), tags);
  return { name, describe, base: 'signed', files, expect };
}

/** What stands in the log instead of a line. */
function redact(line: string, isOfProject = false): string {
  const slices = sliceEventLine(line);
  if (slices === null) throw new TypeError('that is no line');
  const leaf_hash = isOfProject ? Buffer.from(leafHash(line)).toString('hex') : undefined;
  return formatRedactedLine({ ...slices, redacted_bytes: Buffer.byteLength(line), leaf_hash });
}
