import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../daemon/config/config.ts';

/** What a running daemon wrote about itself into `.reeve/daemon.json`. */
export interface RunningDaemon {
  readonly pid: number;
  readonly url: string;
  readonly token: string;
  /** RFC 3339. */
  readonly started: string;
  readonly version: string;
}

/** How long a daemon gets to answer before it counts as gone, in milliseconds. */
const ANSWER_MS = 2_000;

/** The daemon that serves this data root now; null when there is none, whatever files it left behind. */
export async function findRunningDaemon(config: Config): Promise<RunningDaemon | null> {
  const state = await readState(join(config.paths.state, 'daemon.json'));
  if (state === null) return null;
  const [{ isAlive }, { readToken }] = await Promise.all([
    import('../daemon/http/client.ts'),
    import('../daemon/http/token.ts'),
  ]);
  if (!(await isAlive(state.url, ANSWER_MS))) return null;
  // Threat: a file in a cloned repository could name any token file, so the place is ours alone.
  const token = await readToken(join(config.paths.state, 'token'));
  return token === null ? null : { ...state, token };
}

async function readState(file: string): Promise<Omit<RunningDaemon, 'token'> | null> {
  try {
    const handle = await open(file, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
      return parseState(JSON.parse(buffer.toString('utf8', 0, bytesRead)));
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}

function parseState(value: unknown): Omit<RunningDaemon, 'token'> | null {
  if (typeof value !== 'object' || value === null) return null;
  const { pid, url, started, version } = value as Readonly<Record<string, unknown>>;
  if (typeof pid !== 'number' || typeof url !== 'string' || !isLoopback(url)) return null;
  return { pid, url, started: String(started), version: String(version) };
}

/** Threat: the token is sent to this address, so it must be this machine. */
function isLoopback(url: string): boolean {
  return /^http:\/\/(127\.0\.0\.1|\[::1\]):\d{1,5}\/?$/.test(url);
}
