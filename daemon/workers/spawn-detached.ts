import type { Readable, Writable } from 'node:stream';
import { execa } from 'execa';

/** How a process itself ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** When, on the monotonic clock in milliseconds. */
  readonly at: number;
}

/** A live process of our own, with its three pipes. */
export interface SpawnedChild {
  readonly pid: number;
  /** Resolves when the process is gone, whoever may still hold its pipes. */
  readonly exited: Promise<Exit>;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

/** Why no process came to be. */
export interface SpawnFailure {
  readonly failure: string;
}

/**
 * Starts a program as the leader of a session and process group of its own, without a shell.
 *
 * Execa does the start, for its quoting and its `.cmd` files on Windows; its own endings (timeout, cancellation,
 * clean-up, waiting for pipes) stay off, since they end one process where we have to end a tree.
 */
export async function spawnDetached(options: {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing is added to it. */
  readonly env: Readonly<Record<string, string>>;
}): Promise<SpawnedChild | SpawnFailure> {
  const child = execa(options.file, options.args, {
    cwd: options.cwd,
    env: options.env,
    extendEnv: false,
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    encoding: 'buffer',
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  if (child.pid === undefined) {
    return { failure: (await child).originalMessage ?? 'the process could not be started' };
  }
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal, at: performance.now() }));
  });
  return { pid: child.pid, exited, stdin: child.stdin, stdout: child.stdout, stderr: child.stderr };
}
