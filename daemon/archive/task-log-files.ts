import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import { openRegularFile, readChunks, type ByteRange, type RegularFile } from './regular-file.ts';

/**
 * A task's log, open for reading: its sealed segments, and the file that grows. Offsets count over all of them in order,
 * so they stay true when the growing file becomes a segment.
 */
export interface TaskLogFiles {
  /** Size of all files together. */
  readonly bytes: number;
  read(range: ByteRange): AsyncGenerator<Buffer, void, undefined>;
  close(): void;
}

/**
 * Opens a task's log as it is at one moment, also while a daemon seals a part of it.
 *
 * @throws ReeveError NOT_FOUND, IO_FAILED for anything that is no regular file
 */
export function openTaskLog(taskFolder: string): TaskLogFiles {
  for (;;) {
    const names = listLogFiles(taskFolder);
    const log = openFiles(taskFolder, names);
    const next = String(names.filter((name) => name !== LIVE).length + 1).padStart(6, '0');
    if (!existsSync(join(taskFolder, `events.${next}.jsonl`))) return log;
    log.close();
  }
}

function openFiles(taskFolder: string, names: readonly string[]): TaskLogFiles {
  const files: RegularFile[] = [];
  const close = (): void => {
    for (const file of files) file.close();
  };
  try {
    for (const name of names) files.push(openRegularFile(join(taskFolder, name)));
  } catch (error) {
    close();
    throw error;
  }
  return {
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    async *read({ from = 0, to }) {
      let start = 0;
      for (const [at, file] of files.entries()) {
        const part = { from: Math.max(from - start, 0), to: Math.min(to - start, file.bytes) };
        if (part.from < part.to) yield* readChunks(file, join(taskFolder, names[at] ?? LIVE), part);
        start += file.bytes;
      }
    },
    close,
  };
}

const LIVE = 'events.jsonl';

const SEGMENT = /^events\.\d{6}\.jsonl$/;

/** Right after a part was sealed there may be no file that grows; without any file there is no log. */
function listLogFiles(taskFolder: string): readonly string[] {
  try {
    const names = readdirSync(taskFolder);
    const segments = names.filter((name) => SEGMENT.test(name));
    return [...segments.sort(), ...(names.includes(LIVE) || segments.length === 0 ? [LIVE] : [])];
  } catch (cause) {
    throw new ReeveError('NOT_FOUND', `There is no log in ${taskFolder}.`, { cause });
  }
}
