import type { RedactedEvent } from '../../../protocol/disclosure.ts';
import { formatRedactedLine } from '../../../protocol/redacted-line.ts';
import type { LogLine } from '../log-lines.ts';
import { PROJECT_LOG } from '../project-layout.ts';
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
  take(log: string, line: LogLine): boolean;
  readonly events: readonly RedactedEvent[];
  /** By log, in order. */
  readonly splices: ReadonlyMap<string, readonly Splice[]>;
  /** What was asked for and may not be withheld, each in words. */
  readonly refused: ReadonlySet<string>;
}

/** Creates the gatherer for what was asked to be redacted. */
export function createLineWithholder(redactions: Redactions): LineWithholder {
  const events: RedactedEvent[] = [];
  const splices = new Map<string, Splice[]>();
  const refused = new Set<string>();
  return {
    take(log, line) {
      if (!redactions.hasLine(log, line.seq)) return false;
      if (log === PROJECT_LOG) {
        refused.add(`lines of ${log}: the project log is always whole, only lines of task logs are withheld`);
        return false;
      }
      events.push({ path: log, seq: line.seq });
      const own = splices.get(log) ?? [];
      splices.set(log, own);
      own.push(toSplice(line));
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
function toSplice(line: LogLine): Splice {
  const { start: from, end } = line;
  const text = formatRedactedLine({ ...line, redacted_bytes: end - 1 - from });
  return { from, to: end - 1, text: Buffer.from(text) };
}
