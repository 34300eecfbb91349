import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { scanLog, type LogStart } from '../../daemon/ledger/scan-log.ts';
import { GROWING_FILE, listSegments } from '../../daemon/ledger/segment-files.ts';

/** Some lines of a task's log, and how many it has in all. */
export interface TaskLines {
  readonly lines: readonly string[];
  readonly count: number;
}

/**
 * Reads the lines of a task's log from one seq to another, as they stand there, with every link before them checked.
 *
 * @throws ReeveError NOT_FOUND, LEDGER_DAMAGED, IO_FAILED
 */
export function readTaskLines(taskFolder: string, from: number, to: number): TaskLines {
  const lines: string[] = [];
  let start: LogStart | null = null;
  const segments = listSegments(taskFolder);
  // Right after one was sealed there may be no file that grows.
  const isGrowing = segments.length === 0 || existsSync(join(taskFolder, GROWING_FILE));
  for (const name of isGrowing ? [...segments, GROWING_FILE] : segments) {
    const { head, lastId } = scanLog(join(taskFolder, name), start, (line, _, bytes) => {
      if (line.seq >= from && line.seq <= to) lines.push(toText(bytes()));
    });
    if (head !== null) start = { ...head, bytes: 0, id: lastId ?? '' };
  }
  return { lines, count: start?.seq ?? 0 };
}

/** A line as the walker copies it: bytes only where it is more than ASCII. */
export function toText(line: string | Uint8Array): string {
  return typeof line === 'string' ? line : Buffer.from(line).toString('utf8');
}
