import type { Config } from '../daemon/config/config.ts';
import type { Commands, Queries } from '../daemon/ports/services.ts';
import type { Context } from './context.ts';
import { findRunningDaemon } from './running-daemon.ts';

/** Opens the reads of a data root: straight from its files, with the daemon running or stopped. */
export async function openQueries(config: Config): Promise<Queries> {
  const { createQueries } = await import('../daemon/runtime/queries.ts');
  return createQueries(config.paths);
}

/**
 * Carries writes out through the running daemon; without one, by a kernel of our own under the ledger's lock.
 *
 * @throws ReeveError LEDGER_LOCKED when another process holds the ledger and no daemon answers
 */
export async function withCommands<T>(
  context: Context,
  work: (commands: Commands) => Promise<T>,
): Promise<T> {
  const daemon = await findRunningDaemon(await context.config());
  if (daemon !== null) {
    const { createHttpClient } = await import('../daemon/http/client.ts');
    return work(createHttpClient(daemon));
  }
  const { openLocalKernel } = await import('./local-kernel.ts');
  const kernel = await openLocalKernel(context, () => false);
  try {
    return await work(kernel.commands);
  } finally {
    await kernel.close();
  }
}
