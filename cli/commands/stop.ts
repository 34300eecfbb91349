import { setTimeout as sleep } from 'node:timers/promises';
import { ReeveError } from '../../protocol/errors.ts';
import { createHttpClient, isAlive } from '../../daemon/http/client.ts';
import type { Answer, Context } from '../context.ts';
import { findRunningDaemon } from '../running-daemon.ts';

const PATIENCE_MS = 60_000;
const ASK_AGAIN_MS = 100;

/** `reeve stop`: asks the daemon to end in order and waits until it has. */
export async function stop(context: Context): Promise<Answer> {
  const config = await context.config();
  const daemon = await findRunningDaemon(config);
  if (daemon === null) {
    throw new ReeveError('DAEMON_NOT_RUNNING', `No daemon serves ${config.paths.root}.`, {
      hint: 'Nothing needs to be stopped; start one with: reeve start',
    });
  }
  await createHttpClient(daemon).stop();
  const deadline = context.host.now() + PATIENCE_MS;
  while (await isAlive(daemon.url, 1_000)) {
    if (context.host.now() > deadline) {
      throw new ReeveError('DAEMON_UNREACHABLE', `The daemon (pid ${daemon.pid}) is still stopping.`, {
        hint: 'It waits for workers to end; look at its console.',
      });
    }
    await sleep(ASK_AGAIN_MS, undefined, { signal: context.host.signal });
  }
  return { data: { pid: daemon.pid, stopped: true }, text: () => [`Stopped (pid ${daemon.pid}).`] };
}
