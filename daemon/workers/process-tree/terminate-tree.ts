import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessEntry } from '../process-table/process-table.ts';
import type { ProcessTree } from './process-tree.ts';

/** How long a process may take to vanish after SIGKILL; only one stuck in the kernel takes longer. */
const KILL_MS = 2000;
const FIRST_POLL_MS = 4;
const LONGEST_POLL_MS = 64;

/**
 * Ends every member of a tree: SIGTERM, a grace in milliseconds, SIGKILL, and a check that nothing is left.
 *
 * Members are found anew before each step, so one that forks while dying is met again. Resolves with the pids that are
 * still alive in the end: empty when all is well.
 */
export async function terminateTree(tree: ProcessTree, graceMs: number): Promise<readonly number[]> {
  const asked = new Set<number>();
  const afterTerm = await whileAlive(tree, graceMs, (members) => {
    const unasked = members.filter(({ pid }) => !asked.has(pid));
    unasked.forEach(({ pid }) => asked.add(pid));
    // Once each: many programs take a second SIGTERM as the order to drop everything.
    tree.signal(unasked, 'SIGTERM');
  });
  if (afterTerm.length === 0) {
    return [];
  }
  return whileAlive(tree, KILL_MS, (members) => tree.signal(members, 'SIGKILL'));
}

/** Waits, up to a time in milliseconds, for a tree to end by itself; resolves with the pids that did not. */
export function awaitTree(tree: ProcessTree, withinMs: number): Promise<readonly number[]> {
  return whileAlive(tree, withinMs, () => {});
}

async function whileAlive(
  tree: ProcessTree,
  withinMs: number,
  act: (members: readonly ProcessEntry[]) => void,
): Promise<readonly number[]> {
  const deadline = performance.now() + withinMs;
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(2 * pause, LONGEST_POLL_MS)) {
    const members = await observeSurely(tree);
    if (members.length === 0 || performance.now() >= deadline) {
      return members.map(({ pid }) => pid);
    }
    act(members);
    await sleep(Math.min(pause, Math.max(1, deadline - performance.now())));
  }
}

/**
 * A process forked while the table is read, by one that ends before its turn comes, is in no look; two looks in a row
 * that show nothing are needed to believe it.
 */
async function observeSurely(tree: ProcessTree): Promise<readonly ProcessEntry[]> {
  const members = await tree.observe();
  return members.length > 0 ? members : tree.observe();
}
