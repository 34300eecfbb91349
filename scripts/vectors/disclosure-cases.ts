import { formatDisclosure, type Disclosure } from '../../protocol/disclosure.ts';
import { sha256Hex } from '../../protocol/digest.ts';
import { sliceEventLine } from '../../protocol/event-slices.ts';
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
  const hide = (...seqs: readonly number[]) =>
    joinLines(
      SHOP.project.lines.map((line, index) => (seqs.includes(index + 1) ? redact(line, 'step.reset') : line)),
    );
  const text = formatDisclosure(tell({ included: ['T-1'], left_out: 1 }));
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
      'None ever is.',
      tamperedAt('events.jsonl', 3),
      { 'events.jsonl': hide(3) },
      tell(all, line('events.jsonl')),
    ),
    of(
      'a task erased',
      'The lines that tell of it are redacted, and claim to be of another type.',
      tamperedAt('events.jsonl', 6),
      { 'events.jsonl': hide(6, 7, 10), [SECOND]: null },
      tell({ included: ['T-1'], left_out: 0 }, ...[6, 7, 10].map((seq) => ({ path: 'events.jsonl', seq }))),
    ),
    of(
      'a redacted project line that is there',
      'The disclosure says what cannot be.',
      TAMPERED,
      {},
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
    of(
      'another number left out',
      'One task is, none is said to be.',
      TAMPERED,
      { [SECOND]: null },
      tell({ included: ['T-1'], left_out: 0 }),
    ),
    of(
      'tasks as a text',
      'It has every id in it, and names none.',
      TAMPERED,
      { [SECOND]: null },
      text.replace('["T-1"]', '"T-1"'),
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
  disclosure: Disclosure | string | null,
): ArchiveCase {
  const text =
    typeof disclosure === 'object' && disclosure !== null ? formatDisclosure(disclosure) : disclosure;
  const tags = new Map(text === null ? [] : [['disclosure.json', text]]);
  const files = layArchive(edit(SHOP.files(), changes), sealOf(SHOP), tags);
  return { name, describe, base: 'signed', files, expect };
}

/** What stands in the log instead of a line. @param type what it claims to be, if that is not so */
function redact(line: string, type?: string): string {
  const slices = sliceEventLine(line);
  if (slices === null) throw new TypeError('that is no line');
  return formatRedactedLine({
    ...slices,
    type: type ?? slices.type,
    redacted_bytes: Buffer.byteLength(line),
  });
}
