import { closeSync, constants } from 'node:fs';
import type { ChainLink } from '../../protocol/chain.ts';
import { MAX_LINE_BYTES } from '../../protocol/event-line.ts';
import { ReeveError } from '../../protocol/errors.ts';
import type { EventSlices } from '../../protocol/event-slices.ts';
import type { RedactedLine } from '../../protocol/redacted-line.ts';
import { checkLinkedLine } from './linked-line.ts';
import { openPlainFile } from './plain-file.ts';
import { checkContent, createStrictCheck, type ContentFault, type Validators } from './verify-content.ts';
import { checkRedactedLine } from './verify-redacted.ts';
import type { TamperCause, VerifyMode } from './verify-report.ts';
import { walkLines, type LineChunk, type VisitLine, type WalkEnd } from './walk-lines.ts';

/** A piece of a log to be verified; it begins with a line, and ends with one or with the log. */
export interface Range {
  /** What it consists of, in order: stretches of files. */
  readonly stretches: readonly Stretch[];
  /** Offset in the log at which it begins. */
  readonly base: number;
  /** Null for the project log. */
  readonly taskId: string | null;
  readonly mode: VerifyMode;
  /** Lines that an archive says it redacted; null outside of one. Such a log is one piece. */
  readonly redacted: ReadonlySet<number> | null;
}

/** Bytes of a file, from an offset up to another. */
export interface Stretch {
  /** Absolute. */
  readonly path: string;
  /** Of the file as it was listed: a log that is sealed meanwhile has another file under its name. */
  readonly inode: number;
  /** What it is called then: absolute. */
  readonly sealedAs?: string;
  readonly from: number;
  readonly to: number;
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
  /** How many of them were redacted. */
  readonly redacted: number;
  /** Offset in the log after the last good line, how many bytes of its file follow, and why the walk ended there. */
  readonly end: {
    readonly offset: number;
    readonly rest: number;
    readonly why: 'finished' | 'stopped' | 'no_newline';
  };
  /** The first bad line; its seq is one above that of the line before it. */
  readonly fault: { readonly offset: number; readonly why: TamperCause; readonly detail: string } | null;
  readonly unknownTypes: readonly { readonly seq: number; readonly event_type: string }[];
  /** Seq of the first line that is older than its predecessor, in this piece. */
  readonly clockWentBack: number | null;
}

/**
 * Sees a good line, `chunk.text.slice(from, to)`, with the offset in the log after its newline; an answer is what is
 * wrong with it nevertheless. Of a redacted line there is nothing to be sliced.
 */
export type SeeVerified = (
  line: EventSlices | RedactedLine,
  end: number,
  chunk: LineChunk,
  from: number,
  to: number,
) => ContentFault | null;

/**
 * Verifies a piece of a log up to its first bad line.
 *
 * Reads only, in bounded memory; pieces of one log may be verified in parallel and joined by their first and last
 * lines.
 *
 * @param validators for the strict mode; null checks no schemas
 * @throws ReeveError NOT_FOUND, IO_FAILED; LEDGER_DAMAGED when a file is no plain file
 */
export function verifyRange(range: Range, validators: Validators | null, see: SeeVerified): RangeReport {
  const { base, taskId, mode, redacted } = range;
  const strict = mode === 'strict' ? createStrictCheck(validators) : null;
  let first: RangePoint | null = null;
  let last: RangePoint | null | undefined = base === 0 ? null : undefined;
  let [lines, redactedLines, redactedBytes] = [0, 0, 0];
  let fault: RangeReport['fault'] = null;
  let clockWentBack: number | null = null;

  function check(chunk: LineChunk, from: number, to: number, end: number): RangePoint | ContentFault {
    const line = checkLinkedLine(chunk, from, to, last);
    if (typeof line !== 'string') {
      return checkContent(chunk, from, line, taskId, strict) ?? see(line, end, chunk, from, to) ?? line;
    }
    const text = line === 'not_an_event' && redacted !== null ? chunk.text.slice(from, to) : null;
    const standIn =
      redacted === null || text === null ? null : checkRedactedLine(text, redacted, taskId, last);
    if (standIn === null) return { why: line, detail: explain(line, chunk, from, to) };
    if ('why' in standIn) return standIn;
    redactedLines += 1;
    redactedBytes += standIn.redacted_bytes - (to - from);
    return see(standIn, end + standIn.redacted_bytes - (to - from), chunk, from, to) ?? standIn;
  }

  const end = walkStretches(range, (chunk, from, to, offset) => {
    const place = offset + redactedBytes;
    const line = check(chunk, from, to, place + to - from + 1);
    if ('why' in line) {
      fault = { offset: place, ...line };
      return false;
    }
    if (last && line.time < last.time) clockWentBack ??= line.seq;
    first ??= toPoint(line);
    last = line;
    lines += 1;
    return true;
  });
  const offset = end.offset + redactedBytes;
  if (end.why === 'too_long') fault = { offset, why: 'too_long', detail: TOO_LONG };
  return {
    first,
    last: last ? toPoint(last) : null,
    lines,
    redacted: redactedLines,
    end: { offset, rest: end.rest, why: end.why === 'too_long' ? 'stopped' : end.why },
    fault,
    unknownTypes: strict?.unknownTypes ?? [],
    clockWentBack,
  };
}

/** Walks stretch after stretch up to the first that does not end well; offsets are those in the log. */
function walkStretches({ stretches, base }: Range, visit: VisitLine): WalkEnd & { readonly rest: number } {
  let end: ReturnType<typeof walkStretches> = { offset: base, rest: 0, why: 'finished' };
  for (const stretch of stretches) {
    const { from, to } = stretch;
    const shift = end.offset - from;
    const fd = openStretch(stretch);
    try {
      const walked = walkLines(fd, from, to, (chunk, start, stop, at) =>
        visit(chunk, start, stop, at + shift),
      );
      end = { offset: walked.offset + shift, rest: to - walked.offset, why: walked.why };
    } finally {
      closeSync(fd);
    }
    if (end.why !== 'finished') break;
  }
  return end;
}

function openStretch({ path, inode, sealedAs }: Stretch): number {
  const { fd, stats } = openPlainFile(path, constants.O_RDONLY);
  if (stats.ino === inode) return fd;
  closeSync(fd);
  if (sealedAs !== undefined) return openStretch({ path: sealedAs, inode, from: 0, to: 0 });
  throw new ReeveError('IO_FAILED', 'It was replaced meanwhile: verify again.');
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
