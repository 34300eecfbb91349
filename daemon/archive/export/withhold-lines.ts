import type { RedactedEvent } from '../../../protocol/disclosure.ts';
import { leafHash } from '../../../protocol/merkle-tree.ts';
import { formatRedactedLine } from '../../../protocol/redacted-line.ts';
import type { LineContent, LogLine } from '../log-lines.ts';
import { PROJECT_LOG } from '../project-layout.ts';
import { isStructural } from '../structural-events.ts';
import type { Redactions } from './redactions.ts';

/** Bytes of a log that others take the place of. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: Buffer;
}

/** Gathers the lines that are withheld, and what stands there instead. */
export interface LineWithholder {
  /** Tells whether a line is withheld. @param log relative to the project folder */
  take(log: string, line: LogLine, content: LineContent): boolean;
  readonly events: readonly RedactedEvent[];
  /** By log, in order. */
  readonly splices: ReadonlyMap<string, readonly Splice[]>;
  /** Lines that may not be withheld, each in words. */
  readonly refused: readonly string[];
}

/** Creates the gatherer for what was asked to be redacted. */
export function createLineWithholder(redactions: Redactions): LineWithholder {
  const events: RedactedEvent[] = [];
  const splices = new Map<string, Splice[]>();
  const refused: string[] = [];
  return {
    take(log, line, content) {
      if (!redactions.hasLine(log, line.seq)) return false;
      if (log === PROJECT_LOG && isStructural(line.type)) {
        refused.push(`line ${line.seq} of ${log} (${line.type}): verification reads it`);
        return false;
      }
      events.push({ path: log, seq: line.seq });
      const own = splices.get(log) ?? [];
      splices.set(log, own);
      own.push(toSplice(log, line, content));
      return true;
    },
    events,
    splices,
    refused,
  };
}

/** Puts other bytes into a log as it passes. @param from offset of the first chunk in the log */
export async function* applySplices(
  chunks: AsyncIterable<Buffer>,
  from: number,
  splices: readonly Splice[],
): AsyncGenerator<Buffer, void, undefined> {
  const rest = splices.filter(({ to }) => to > from).values();
  let next = rest.next().value;
  let start = from;
  for await (const chunk of chunks) {
    let done = 0;
    for (; next !== undefined && next.from < start + chunk.length; next = rest.next().value) {
      if (next.from >= start + done) {
        yield chunk.subarray(done, next.from - start);
        yield next.text;
      }
      done = Math.min(next.to - start, chunk.length);
      // The rest of what is withheld comes with the next chunk.
      if (next.to > start + chunk.length) break;
    }
    yield chunk.subarray(done);
    start += chunk.length;
  }
}

/** How much longer a range of a log becomes. */
export function growthOf(splices: readonly Splice[], from: number, to: number): number {
  return splices
    .filter((splice) => splice.from >= from && splice.to <= to)
    .reduce((sum, splice) => sum + splice.text.length - (splice.to - splice.from), 0);
}

/** The newline stays. */
function toSplice(log: string, line: LogLine, content: LineContent): Splice {
  const { start: from, end } = line;
  const leaf_hash = log === PROJECT_LOG ? Buffer.from(leafHash(content.bytes())).toString('hex') : undefined;
  const text = formatRedactedLine({ ...line, redacted_bytes: end - 1 - from, leaf_hash });
  return { from, to: end - 1, text: Buffer.from(text) };
}
