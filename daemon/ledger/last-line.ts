import { readSync } from 'node:fs';
import { MAX_LINE_BYTES } from '../../protocol/event-line.ts';
import { hashOfEventLine, sliceEventLine, type EventSlices } from '../../protocol/event-slices.ts';

/** Reads the line that ends at a byte of an open log; null unless it is a whole line that hashes. */
export function readLineBefore(fd: number, end: number): EventSlices | null {
  const length = Math.min(end, MAX_LINE_BYTES + 2);
  const bytes = Buffer.alloc(length);
  readSync(fd, bytes, 0, length, end - length);
  if (bytes[length - 1] !== NEWLINE) return null;
  const text = bytes.toString('utf8', bytes.lastIndexOf(NEWLINE, length - 2) + 1, length - 1);
  const slices = sliceEventLine(text);
  if (slices === null) return null;
  return hashOfEventLine(text, slices.hashAt) === slices.event_hash ? slices : null;
}

const NEWLINE = 0x0a;
