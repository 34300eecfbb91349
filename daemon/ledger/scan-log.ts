import { closeSync, constants } from 'node:fs';
import type { ChainPoint } from '../../protocol/chain.ts';
import type { EventSlices } from '../../protocol/event-slices.ts';
import type { LogHead } from '../ports/ledger.ts';
import { checkLinkedLine, readData, type LineFault } from './linked-line.ts';
import { openPlainFile } from './plain-file.ts';
import { copyLine, walkLines } from './walk-lines.ts';

/** A line behind which reading begins; its id is compared with the next line's where it is known. */
export type LogStart = LogHead & { readonly id?: string };

/** Where the intact part of a log ends. */
export interface LogEnd {
  /** The last intact line; null when there is none. */
  readonly head: LogHead | null;
  /** Id of the last intact line. */
  readonly lastId: string | null;
  /** Size of the whole file. */
  readonly size: number;
  /** Why the intact part ends before the file does; null when it does not. */
  readonly fault: LineFault | 'no_newline' | null;
}

/** Sees an intact line; `data` parses its data and `bytes` copies the line, without its newline, on demand. */
export type SeeLine = (
  slices: EventSlices,
  data: () => Readonly<Record<string, unknown>>,
  bytes: () => string | Uint8Array,
) => void;

/**
 * Reads a log up to its end or its first line that does not hash or link.
 *
 * @param start the line that was committed last, to read only what follows; null for the whole log
 * @throws ReeveError NOT_FOUND, LEDGER_DAMAGED, IO_FAILED
 */
export function scanLog(path: string, start: LogStart | null, see: SeeLine): LogEnd {
  const { fd, stats } = openPlainFile(path, constants.O_RDONLY);
  try {
    return scanOpenLog(fd, stats.size, start, see);
  } finally {
    closeSync(fd);
  }
}

function scanOpenLog(fd: number, size: number, start: LogStart | null, see: SeeLine): LogEnd {
  // Any id is greater than the empty one: the id of the committed line was compared when it was written.
  let previous: ChainPoint | null = start === null ? null : { id: '', ...start };
  let fault: LineFault | null = null;
  const end = walkLines(fd, start?.bytes ?? 0, size, (chunk, from, to) => {
    const line = checkLinkedLine(chunk, from, to, previous);
    if (typeof line === 'string') {
      fault = line;
      return false;
    }
    see(
      line,
      () => readData(chunk, from, line),
      () => copyLine(chunk, from, to),
    );
    previous = line;
    return true;
  });
  return {
    head: toHead(previous, end.offset),
    lastId: lastIdOf(previous),
    size,
    fault: fault ?? (end.why === 'no_newline' || end.why === 'too_long' ? end.why : null),
  };
}

function toHead(point: ChainPoint | null, bytes: number): LogHead | null {
  if (point === null) return null;
  return { log_id: point.log_id, seq: point.seq, event_hash: point.event_hash, bytes };
}

function lastIdOf(point: ChainPoint | null): string | null {
  return point === null || point.id === '' ? null : point.id;
}
