import { setTimeout as sleep } from 'node:timers/promises';
import { ATTEMPT_MARKER } from './attempt-marker.ts';
import { endOnExit } from './endings/end-on-exit.ts';
import { endOnMemory } from './endings/end-on-memory.ts';
import { endOnSilence } from './endings/end-on-silence.ts';
import { endOnTimeout } from './endings/end-on-timeout.ts';
import type { EndCause, Ending } from './endings/ending.ts';
import { feedStdin } from './feed-stdin.ts';
import type { Capture } from './output/capture.ts';
import type { ProcessTable } from './process-table/process-table.ts';
import { createProcessTree } from './process-tree/process-tree.ts';
import type { ProcessTree } from './process-tree/process-tree.ts';
import { awaitTree, terminateTree } from './process-tree/terminate-tree.ts';
import type { ProcessRequest } from './process-request.ts';
import type { ResolvedCommand } from './resolve-executable.ts';
import type { Exit, SpawnedChild } from './spawn-detached.ts';

/** What became of a process and its tree. */
export interface Supervision {
  /** Null when the process was never seen to end. */
  readonly exit: Exit | null;
  /** From the start of the process to its own end. */
  readonly durationMs: number;
  /** Most memory its tree was seen to use. */
  readonly peakBytes: number;
  /** Members that were alive after a normal end of the process. */
  readonly leftovers: readonly number[];
  /** Members still alive now. */
  readonly survivors: readonly number[];
}

/** What a process is watched with. */
export interface Surroundings {
  readonly ending: Ending;
  readonly capture: Capture;
  readonly table: ProcessTable;
  /** Pids that were in use before the process was started. */
  readonly strangers: readonly number[];
}

const MEBIBYTE = 1024 * 1024;
const GRACE_MS = 5000;
/** Children on their way out after their parent are not left over. */
const SETTLE_MS = 100;
/** How long the news of an exit may take once the tree is known to be gone. */
const EXIT_NEWS_MS = 1000;

/** Watches a process until something claims its ending, then sees to it that nothing of its tree is left. */
export async function superviseChild(
  child: SpawnedChild,
  command: ResolvedCommand,
  request: ProcessRequest,
  { ending, capture, table, strangers }: Surroundings,
): Promise<Supervision> {
  const spawnedAt = performance.now();
  const startedAt = table.startedAt(child.pid);
  const marker = request.env[ATTEMPT_MARKER];
  const tree = createProcessTree(table, {
    roots: [{ pid: child.pid, startedAt }],
    groups: [child.pid],
    attemptIds: new Set(marker === undefined ? [] : [marker]),
    since: startedAt ?? 0,
    strangers,
  });
  const graceMs = request.graceMs ?? GRACE_MS;
  try {
    capture.start(child);
    request.onSpawned?.({
      pid: child.pid,
      start_time: startedAt === null ? null : String(startedAt),
      argv: command.argv,
      executable: command.executable.realPath,
    });
    feedStdin(child.stdin, request.stdin);
    const { cause, peakBytes } = await awaitEnding(child, tree, request, ending, capture);
    const rest = await endTree(tree, cause, graceMs);
    const exit = await awaitExit(child, table);
    return { exit, durationMs: (exit?.at ?? performance.now()) - spawnedAt, peakBytes, ...rest };
  } catch (error) {
    await terminateTree(tree, graceMs);
    throw error;
  } finally {
    child.stdin.destroy();
    await capture.finish();
  }
}

async function awaitEnding(
  child: SpawnedChild,
  tree: ProcessTree,
  { limits }: ProcessRequest,
  ending: Ending,
  capture: Capture,
): Promise<{ readonly cause: EndCause; readonly peakBytes: number }> {
  endOnExit(ending, child.exited);
  const memory = endOnMemory(ending, limits.memory_mb * MEBIBYTE, tree);
  const stopTimeout = endOnTimeout(ending, limits.runtime_sec * 1000);
  const stopSilence = endOnSilence(ending, limits.silence_sec * 1000, capture.meter);
  const cause = await ending.claimed;
  stopSilence();
  stopTimeout();
  await memory.stop();
  return { cause, peakBytes: memory.peakBytes };
}

async function endTree(
  tree: ProcessTree,
  cause: EndCause,
  graceMs: number,
): Promise<Pick<Supervision, 'leftovers' | 'survivors'>> {
  const isNormal = cause === 'exited' || cause === 'signaled';
  const leftovers = isNormal ? await awaitTree(tree, SETTLE_MS) : [];
  const isGone = isNormal && leftovers.length === 0;
  return { leftovers, survivors: isGone ? [] : await terminateTree(tree, graceMs) };
}

/** Waits for the exit of a process whose tree is gone; where the table showed nothing, its group is killed unseen. */
async function awaitExit(child: SpawnedChild, table: ProcessTable): Promise<Exit | null> {
  const news = (): Promise<Exit | null> =>
    Promise.race([child.exited, sleep(EXIT_NEWS_MS, null, { ref: false })]);
  const exit = await news();
  if (exit !== null) {
    return exit;
  }
  table.killGroup(child.pid);
  return news();
}
