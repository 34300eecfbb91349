import type { Orphan, SpawnedProcess } from '../ports/worker.ts';
import { createProcessTable } from './process-table/create-process-table.ts';
import type { ProcessEntry, ProcessTable } from './process-table/process-table.ts';
import { createProcessTree } from './process-tree/process-tree.ts';
import type { ProcessTree } from './process-tree/process-tree.ts';
import { terminateTree } from './process-tree/terminate-tree.ts';

/** An attempt of an earlier daemon, as its events tell. */
export interface FormerAttempt {
  readonly attemptId: string;
  /** Null when the daemon died before it had recorded the process. */
  readonly spawned: Pick<SpawnedProcess, 'pid' | 'start_time'> | null;
}

const GRACE_MS = 5000;

/**
 * Ends whatever an earlier daemon left running of one attempt.
 *
 * Found are the recorded process, by pid and start time, every process that carries the attempt's marker, and all that
 * descends from either. Invariant: a pid that was given to another process since is never signalled. The recorded
 * process is always told of; `survived` is also said of one that lives and cannot be told from a stranger (a system
 * without start times). `graceMs` is the time between SIGTERM and SIGKILL; default 5000.
 */
export async function endOrphans(
  attempt: FormerAttempt,
  graceMs: number = GRACE_MS,
): Promise<readonly Orphan[]> {
  const table = createProcessTable();
  const tree = followFormer(attempt, table);
  const found = await tree.observe();
  const survivors = new Set(await terminateTree(tree, graceMs));
  const outcomes = [...new Set([...found.map(({ pid }) => pid), ...survivors])].map((pid): Orphan => ({
    pid,
    outcome: survivors.has(pid) ? 'survived' : 'killed',
  }));
  const { spawned } = attempt;
  if (spawned === null || outcomes.some(({ pid }) => pid === spawned.pid)) {
    return outcomes;
  }
  const isUnknown = spawned.start_time === null && (await isAlive(spawned.pid, table));
  return [{ pid: spawned.pid, outcome: isUnknown ? 'survived' : 'already_gone' }, ...outcomes];
}

/** Finds, and leaves alone, what an earlier daemon left running of one attempt. */
export function findOrphans(attempt: FormerAttempt): Promise<readonly ProcessEntry[]> {
  return followFormer(attempt, createProcessTable()).observe();
}

function followFormer({ attemptId, spawned }: FormerAttempt, table: ProcessTable): ProcessTree {
  const startedAt = spawned === null || spawned.start_time === null ? null : Number(spawned.start_time);
  return createProcessTree(table, {
    roots: spawned === null || startedAt === null ? [] : [{ pid: spawned.pid, startedAt }],
    // Not the recorded process's group: without its leader, nobody knows whose group of that number it is now.
    groups: [],
    attemptIds: new Set([attemptId]),
    since: startedAt ?? 0,
    strangers: [],
  });
}

async function isAlive(pid: number, table: ProcessTable): Promise<boolean> {
  return (await table.pids()).includes(pid);
}
