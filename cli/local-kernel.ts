import { pino } from 'pino';
import { openKernel } from '../daemon/runtime/kernel.ts';
import type { Kernel } from '../daemon/runtime/kernel.ts';
import { makeDataFolders } from '../daemon/runtime/make-data-folders.ts';
import type { Context } from './context.ts';
import { toWarningLine } from './render/warning-line.ts';
import { reeveVersion } from './version.ts';

/**
 * Opens the kernel in this process, under the ledger's lock, to carry out only what the caller wants done.
 *
 * @throws ReeveError LEDGER_LOCKED when another process holds it
 */
export async function openLocalKernel(
  context: Context,
  isWanted: (projectId: string, taskId: string) => boolean,
): Promise<Kernel> {
  const { host, verbose, note } = context;
  const write = (line: string): void => {
    const warning = toWarningLine(line, context);
    if (warning !== null) note(warning);
  };
  const config = await context.config();
  await makeDataFolders(config.paths);
  return openKernel({
    config,
    clock: { now: () => host.now() },
    log: pino({ level: verbose ? 'debug' : 'warn' }, { write }),
    hostEnv: host.env,
    version: reeveVersion(),
    isWanted,
  });
}
