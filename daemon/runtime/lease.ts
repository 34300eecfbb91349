import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { lock } from 'proper-lockfile';

/** The lease that others can see: a folder whose time is renewed while the daemon lives. */
export interface Lease {
  release(): Promise<void>;
}

/**
 * Takes the visible lease of the daemon.
 *
 * It tells people and tools that a daemon lives, and nothing more: two processes can come to own a stale lock file, so
 * what stands between two writers is the ledger's kernel lock, which is held already. A lease that is lost (a laptop
 * slept) is therefore only said, never acted on.
 */
export async function takeLease(stateFolder: string, log: Logger): Promise<Lease> {
  await mkdir(stateFolder, { recursive: true });
  const options = {
    lockfilePath: join(stateFolder, 'daemon.lease'),
    realpath: false,
    stale: 30_000,
    update: 10_000,
    onCompromised: (err: Error) =>
      log.warn({ err }, 'the visible lease was lost; the kernel lock still holds'),
  };
  try {
    const release = await lock(stateFolder, options);
    return { release: () => release().catch(() => undefined) };
  } catch (err) {
    log.warn({ err }, 'the visible lease of an earlier daemon is still there; the kernel lock was free');
    return { release: () => Promise.resolve() };
  }
}
