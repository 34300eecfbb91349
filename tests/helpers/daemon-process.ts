import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventually, type ProjectFixture } from './daemon-fixture.ts';

const PROGRAM = fileURLToPath(new URL('../fixtures/programs/daemon-child.ts', import.meta.url));

/** A daemon in a process of its own. */
export interface DaemonProcess {
  /** Types of the durable events so far, in order. */
  readonly seen: readonly string[];
  /** Resolves when so many events of a type were durable. */
  saw(type: string, count?: number): Promise<void>;
  kill(signal: NodeJS.Signals): Promise<void>;
  readonly ended: Promise<unknown>;
}

/** How a daemon is started. */
export interface SpawnOptions {
  /** It dies by SIGKILL at the n-th event of a type. */
  readonly fatal?: { readonly type: string; readonly count: number };
  /** Another user and group. */
  readonly uid?: number;
}

/** Starts a daemon in a process of its own; resolves when its inboxes are open. */
export async function spawnDaemon(
  project: ProjectFixture,
  { fatal, uid }: SpawnOptions = {},
): Promise<DaemonProcess> {
  const args = [project.root, project.config.file ?? ''];
  if (fatal !== undefined) args.push(fatal.type, String(fatal.count));
  const identity = uid === undefined ? {} : { uid, gid: uid };
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), PROGRAM, ...args],
    { env: project.hostEnv, stdio: ['ignore', 'pipe', 'inherit'], ...identity },
  );
  const ended = once(child, 'exit');
  project.atEnd(() => {
    child.kill('SIGKILL');
    return ended;
  });
  const seen: string[] = [];
  if (child.stdout !== null) createInterface(child.stdout).on('line', (line) => seen.push(line));
  const saw = async (type: string, count = 1): Promise<void> => {
    await eventually(
      () => seen.filter((line) => line === type).length >= count || undefined,
      `event ${count} of type ${type}`,
    );
  };
  await saw('ready');
  return {
    seen,
    saw,
    ended,
    async kill(signal) {
      child.kill(signal);
      await ended;
    },
  };
}

/** A user without any rights who can run the daemon here, if this process may become another; null if there is none. */
export function findPowerlessUser(): number | null {
  if (process.getuid?.() !== 0) return null;
  const look = ['-e', 'require("node:fs").accessSync(process.argv[1])', PROGRAM];
  const answer = spawnSync(process.execPath, look, { uid: NOBODY, gid: NOBODY, stdio: 'ignore' });
  return answer.status === 0 ? NOBODY : null;
}

const NOBODY = 65534;

/** Processes that carry a marker of this project's attempts, by pid; empty where the system has no `/proc`. */
export async function markedProcesses(attemptIds: readonly string[]): Promise<readonly number[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const marked = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(join('/proc', pid, 'environ'), 'utf8').catch(() => '');
      return attemptIds.some((id) => environment.includes(`REEVE_ATTEMPT_ID=${id}`));
    }),
  );
  return pids.filter((_, index) => marked[index] === true).map(Number);
}
