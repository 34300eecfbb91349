import { createWriteStream } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Logger } from 'pino';
import type { Context } from '../context.ts';
import { toWarningLine } from '../render/warning-line.ts';

/** A log larger than this is put aside at the next start; the one before it is dropped. */
const MAX_BYTES = 10 * 1024 * 1024;

/** The daemon's own log: all of it as JSON lines in `.reeve/daemon.log`, warnings and errors on the console as well. */
export interface DaemonLog {
  readonly log: Logger;
  close(): Promise<void>;
}

/** Opens the log of a state folder. `warn` prints one line above whatever the console shows. */
export async function openDaemonLog(
  context: Context,
  stateFolder: string,
  warn: (line: string) => void,
): Promise<DaemonLog> {
  const file = join(stateFolder, 'daemon.log');
  await mkdir(stateFolder, { recursive: true });
  if (((await stat(file).catch(() => null))?.size ?? 0) > MAX_BYTES) await rename(file, `${file}.1`);
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
  // A full disk must not end the daemon for the sake of its own log.
  stream.on('error', () => {});
  const write = (line: string): void => {
    stream.write(line);
    const warning = toWarningLine(line, context);
    if (warning !== null) warn(warning);
  };
  const log = pino({ level: context.verbose ? 'debug' : 'info' }, { write });
  return { log, close: () => new Promise((resolve) => stream.end(() => resolve())) };
}
