import { isAscii } from 'node:buffer';
import { readSync } from 'node:fs';
import { MAX_LINE_BYTES } from '../../protocol/event-line.ts';

/** Part of a file in memory: bytes, and a text in which each character stands for the byte at the same index. */
export interface LineChunk {
  readonly bytes: Buffer;
  readonly text: string;
  /** Whether text and UTF-8 agree on the whole chunk. */
  readonly isAscii: boolean;
}

/**
 * Sees one line, `chunk.text.slice(from, to)` without its newline; false stops the walk before it.
 *
 * `offset` is where the line begins in the file. The line's own bytes may be overwritten, the text not.
 */
export type VisitLine = (chunk: LineChunk, from: number, to: number, offset: number) => boolean;

/** Where a walk ended: the offset of the first byte that belongs to no visited line, and why there. */
export interface WalkEnd {
  readonly offset: number;
  readonly why: 'finished' | 'stopped' | 'no_newline' | 'too_long';
}

/**
 * Walks the lines of a byte range of an open file, in bounded memory.
 *
 * Synchronous on purpose: it serves opening and verification, where nothing else is to be done, at three times the
 * speed of awaited reads.
 */
export function walkLines(fd: number, from: number, to: number, visit: VisitLine): WalkEnd {
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, to - from)));
  let kept = 0;
  let position = from;
  for (;;) {
    const wanted = Math.min(buffer.length - kept, to - position);
    const read = wanted === 0 ? 0 : readSync(fd, buffer, kept, wanted, position);
    position += read;
    const filled = kept + read;
    const start = position - filled;
    if (read === 0) return endOfRange(start, filled);
    const walked = visitChunk(buffer, filled, start, visit);
    if (walked.isStopped) return { offset: start + walked.length, why: 'stopped' };
    kept = filled - walked.length;
    if (kept > MAX_LINE_BYTES) return { offset: start + walked.length, why: 'too_long' };
    buffer.copyWithin(0, walked.length, filled);
  }
}

/** Decodes part of a chunk as UTF-8; only a chunk that is not ASCII costs anything. */
export function decodeChunk(chunk: LineChunk, from: number, to: number): string {
  return chunk.isAscii ? chunk.text.slice(from, to) : chunk.bytes.toString('utf8', from, to);
}

/** Copies a line out of a chunk, also after its bytes were overwritten: as a string where that is the same bytes. */
export function copyLine(chunk: LineChunk, from: number, to: number): string | Uint8Array {
  const text = chunk.text.slice(from, to);
  return chunk.isAscii ? text : Buffer.from(text, 'latin1');
}

/** Room for the longest line; strings above 128 KB are made outside the young heap, at several times the cost. */
const CHUNK_BYTES = 98_304;

function endOfRange(start: number, kept: number): WalkEnd {
  return { offset: start, why: kept === 0 ? 'finished' : 'no_newline' };
}

function visitChunk(
  buffer: Buffer,
  filled: number,
  start: number,
  visit: VisitLine,
): { readonly length: number; readonly isStopped: boolean } {
  const bytes = buffer.subarray(0, filled);
  const chunk = { bytes, text: bytes.toString('latin1'), isAscii: isAscii(bytes) };
  let from = 0;
  for (let to = chunk.text.indexOf('\n'); to !== -1; to = chunk.text.indexOf('\n', from)) {
    if (!visit(chunk, from, to, start + from)) return { length: from, isStopped: true };
    from = to + 1;
  }
  return { length: from, isStopped: false };
}
