import { closeSync, constants, readSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_LINE_BYTES } from '../../protocol/event-line.ts';
import { sliceEventLine } from '../../protocol/event-slices.ts';
import { openPlainFile } from './plain-file.ts';

/** Reads which log a project folder holds from its first line alone; null where there is none, or it is no event. */
export function readLogId(projectFolder: string): string | null {
  let fd: number;
  try {
    fd = openPlainFile(join(projectFolder, 'events.jsonl'), constants.O_RDONLY).fd;
  } catch {
    return null;
  }
  try {
    const bytes = Buffer.allocUnsafe(MAX_LINE_BYTES + 1);
    const text = bytes.toString('latin1', 0, readSync(fd, bytes));
    return sliceEventLine(text, 0, text.indexOf('\n'))?.log_id ?? null;
  } finally {
    closeSync(fd);
  }
}
