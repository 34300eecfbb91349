import { closeSync, constants } from 'node:fs';
import type { ChainLink } from '../../protocol/chain.ts';
import { MAX_LINE_BYTES } from '../../protocol/event-line.ts';
import type { EventSlices } from '../../protocol/event-slices.ts';
import { checkLinkedLine, readData } from './linked-line.ts';
import { openPlainFile } from './plain-file.ts';
import type { TamperCause, VerifyMode } from './verify-report.ts';
import { checkContent, createStrictCheck, type ContentFault, type Validators } from './verify-content.ts';
import { walkLines, type LineChunk } from './walk-lines.ts';

/** A piece of a log to be verified; it begins with a line, and ends with one or with the file. */
export interface Range {
  /** Absolute path of the log. */
  readonly path: string;
  /** Null for the project log. */
  readonly taskId: string | null;
  /** Offset of the first byte. */
  readonly from: number;
  /** Offset after the last byte. */
  readonly to: number;
  readonly mode: VerifyMode;
}

/** A line that was checked, as far as the lines after it and the heads need it. */
export interface RangePoint extends ChainLink {
  readonly time: string;
}

/** What one piece of a log holds. */
export interface RangeReport {
  readonly first: RangePoint | null;
  readonly last: RangePoint | null;
  readonly lines: number;
  /** Offset after the last good line, and why the walk ended there. */
  readonly end: { readonly offset: number; readonly why: 'finished' | 'stopped' | 'no_newline' };
  /** The first bad line; its seq is one above that of the line before it. */
  readonly fault: { readonly offset: number; readonly why: TamperCause; readonly detail: string } | null;
  readonly unknownTypes: readonly { readonly seq: number; readonly event_type: string }[];
  /** Seq of the first line that is older than its predecessor, in this piece. */
  readonly clockWentBack: number | null;
}

/** Sees a good line with the offset after its newline; a string is what is wrong with it nevertheless. */
export type SeeVerified = (
  line: EventSlices,
  end: number,
  data: () => Readonly<Record<string, unknown>>,
) => ContentFault | null;

/**
 * Verifies a piece of a log up to its first bad line.
 *
 * Reads only, in bounded memory; pieces of one log may be verified in parallel and joined by their first and last
 * lines.
 *
 * @param validators for the strict mode; null checks no schemas
 * @throws ReeveError NOT_FOUND, IO_FAILED; LEDGER_DAMAGED when the file is no plain file
 */
export function verifyRange(range: Range, validators: Validators | null, see: SeeVerified): RangeReport {
  const { fd } = openPlainFile(range.path, constants.O_RDONLY);
  try {
    return walkRange(fd, range, validators, see);
  } finally {
    closeSync(fd);
  }
}

function walkRange(fd: number, range: Range, validators: Validators | null, see: SeeVerified): RangeReport {
  let first: RangePoint | null = null;
  let last: RangePoint | null | undefined = range.from === 0 ? null : undefined;
  let lines = 0;
  let fault: RangeReport['fault'] = null;
  let clockWentBack: number | null = null;
  const strict = range.mode === 'strict' ? createStrictCheck(validators) : null;

  const end = walkLines(fd, range.from, range.to, (chunk, from, to, offset) => {
    const line = checkLinkedLine(chunk, from, to, last);
    const wrong =
      typeof line === 'string'
        ? { why: line, detail: explain(line, chunk, from, to) }
        : (checkContent(chunk, from, line, range.taskId, strict) ??
          see(line, offset + to - from + 1, () => readData(chunk, from, line)));
    if (wrong !== null || typeof line === 'string') {
      fault = wrong === null ? null : { offset, ...wrong };
      return false;
    }
    if (last && line.time < last.time) clockWentBack ??= line.seq;
    first ??= toPoint(line);
    last = line;
    lines += 1;
    return true;
  });
  if (end.why === 'too_long') fault = { offset: end.offset, why: 'too_long', detail: TOO_LONG };
  const why = end.why === 'too_long' ? 'stopped' : end.why;
  const point = last ? toPoint(last) : null;
  const unknownTypes = strict?.unknownTypes ?? [];
  return { first, last: point, lines, end: { offset: end.offset, why }, fault, unknownTypes, clockWentBack };
}

const TOO_LONG = `it is longer than ${MAX_LINE_BYTES} bytes`;

function toPoint({ log_id, seq, id, event_hash, prev_event_hash, time }: RangePoint): RangePoint {
  return { log_id, seq, id, event_hash, prev_event_hash, time };
}

function explain(why: TamperCause, chunk: LineChunk, from: number, to: number): string {
  if (why === 'not_an_event' && chunk.text[to - 1] === '\r') {
    return 'it ends in CR LF: git autocrlf may have changed the file, which is binary to git';
  }
  if (why === 'not_an_event' && to === from) return 'it is empty';
  return EXPLANATIONS[why] ?? why;
}

const EXPLANATIONS: Readonly<Partial<Record<TamperCause, string>>> = {
  not_an_event: 'it is no event in canonical form',
  too_long: TOO_LONG,
  unknown_version: 'its version is not known to this Reeve',
  hash_mismatch: 'its bytes do not have the hash it states',
  wrong_log_id: 'it was written for another log',
  seq_gap: 'its number does not follow that of the line before it',
  link_broken: 'it does not state the hash of the line before it',
  id_not_increasing: 'its id is not greater than that of the line before it',
};
