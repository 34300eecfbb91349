import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileDurably } from './durable-file.ts';

/** Tells other commands on this machine where the daemon answers; they believe it only if it does. */
export async function announceDaemon(
  stateFolder: string,
  daemon: { readonly url: string; readonly version: string; readonly started: string },
): Promise<void> {
  const state = { pid: process.pid, ...daemon };
  await writeFileDurably(join(stateFolder, 'daemon.json'), `${JSON.stringify(state, null, 2)}\n`);
}

/** Takes the announcement back. */
export async function withdrawDaemon(stateFolder: string): Promise<void> {
  await rm(join(stateFolder, 'daemon.json'), { force: true });
}
