import { execa } from 'execa';
import type { LedgerEvent } from '../../protocol/events.ts';
import { programArgv, type Arena } from './arena.ts';
import type { Boundary } from './boundaries.ts';
import { READY } from './drill-contract.ts';

/** One life of a daemon. */
export interface DaemonRun {
  /** Every event it said was durable, in order. */
  readonly acknowledged: readonly LedgerEvent[];
  /** From its start until its inboxes were open; null when it did not come so far. */
  readonly readyMs: number | null;
  /** True when it ended by itself with nothing left to do. */
  readonly isFinished: boolean;
  /** How it ended and what it complained of, for people. */
  readonly ending: string;
}

/** Runs a daemon over an arena until nothing is owed any more, or until it dies at a boundary. */
export async function runDaemon(
  arena: Arena,
  options: { readonly boundary: Boundary | null; readonly signal: AbortSignal },
): Promise<DaemonRun> {
  const { boundary, signal } = options;
  const [program = '', ...args] = programArgv('drilled-daemon');
  const started = performance.now();
  const child = execa(
    program,
    [...args, arena.repository, ...(boundary === null ? [] : [JSON.stringify(boundary)])],
    {
      ...{ cwd: arena.repository, env: arena.env, extendEnv: false, stdin: 'ignore', reject: false },
      ...{ buffer: { stdout: false }, cancelSignal: signal, killSignal: 'SIGKILL', timeout: LIFE_MS },
    },
  );
  const acknowledged: LedgerEvent[] = [];
  let readyMs: number | null = null;
  // With `reject: false` the lines end when the process does, however it ends.
  for await (const line of child.iterable()) {
    if (line === READY) readyMs = performance.now() - started;
    // What the kill cut short was not said.
    else if (line.endsWith('}')) acknowledged.push(JSON.parse(line) as LedgerEvent);
  }
  const { exitCode, timedOut, shortMessage = '', stderr } = await child;
  return {
    ...{ acknowledged, readyMs },
    isFinished: exitCode === 0,
    ending: timedOut
      ? `nothing came of it within ${LIFE_MS / 1000} seconds`
      : `${shortMessage} ${stderr.slice(-MAX_COMPLAINT)}`.trim(),
  };
}

/** Many times what a life takes on a slow machine. */
const LIFE_MS = 60_000;
const MAX_COMPLAINT = 2_000;
