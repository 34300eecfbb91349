import { findChainBreak } from '../../protocol/chain.ts';
import { ReeveError } from '../../protocol/errors.ts';
import { MAX_LINE_BYTES } from '../../protocol/event-line.ts';
import { sliceEventLine, type EventSlices } from '../../protocol/event-slices.ts';

/** Sees one line; `data` parses its data on demand. */
export type SeeLine = (line: PlacedLine, data: () => Readonly<Record<string, unknown>>) => void;

/** A line and where it ends. */
export interface PlacedLine extends EventSlices {
  /** Offset after its newline. */
  readonly end: number;
}

/** The first and the last complete line of what was read. */
export interface LogSpan {
  readonly first: PlacedLine;
  readonly last: PlacedLine;
}

/**
 * Reads the complete lines of a log as its bytes come, in bounded memory.
 *
 * Sequence and links are followed, hashes are not computed: that is verification's part. An incomplete last line is
 * left out, as a writer may be at work.
 *
 * @param name what errors call the log
 * @throws ReeveError LEDGER_DAMAGED at the first line that is none or does not follow its predecessor
 */
export async function readLogLines(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  see: SeeLine,
): Promise<LogSpan | null> {
  let first: PlacedLine | null = null;
  let last: PlacedLine | null = null;
  let rest = '';
  let offset = 0;
  for await (const chunk of chunks) {
    // One character for each byte: slicing needs no decoding, and offsets stay those of the file.
    const text = rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    let from = 0;
    for (let to = text.indexOf('\n'); to !== -1; to = text.indexOf('\n', from)) {
      last = followLine(last, text, from, to, name, offset);
      first ??= last;
      const { hashAt } = last;
      const start = from;
      see(last, () => parseData(text.slice(start, hashAt)));
      from = to + 1;
    }
    offset += from;
    rest = text.slice(from);
    if (rest.length > MAX_LINE_BYTES) throw damagedLog(name, `the line at byte ${offset} is too long`);
  }
  return first === null || last === null ? null : { first, last };
}

/** Creates the error for a log that cannot be archived, or taken from an archive, as it stands. */
export function damagedLog(name: string, what: string): ReeveError {
  return new ReeveError('LEDGER_DAMAGED', `The log ${name} is damaged: ${what}.`, {
    hint: 'Run `reeve verify` to see what changed, and restore the file from a backup or an export.',
  });
}

function followLine(
  last: PlacedLine | null,
  text: string,
  from: number,
  to: number,
  name: string,
  offset: number,
): PlacedLine {
  const line = to - from > MAX_LINE_BYTES ? null : sliceEventLine(text, from, to);
  if (line === null) throw damagedLog(name, `at byte ${offset + from} is no event`);
  const fault = findChainBreak(last, line);
  if (fault !== null) throw damagedLog(name, `line ${line.seq} does not follow the one before it (${fault})`);
  return { ...line, end: offset + to + 1 };
}

/** @param head latin1 text of `{"actor":{…},"data":{…},` */
function parseData(head: string): Readonly<Record<string, unknown>> {
  const text = Buffer.from(head.slice(0, -1), 'latin1').toString('utf8');
  try {
    const parsed = JSON.parse(`${text}}`) as { readonly data?: unknown };
    return isRecord(parsed.data) ? parsed.data : {};
  } catch {
    return {};
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
