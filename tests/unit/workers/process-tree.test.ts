import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcessEntry, ProcessTable } from '../../../daemon/workers/process-table/process-table.ts';
import { createProcessTree } from '../../../daemon/workers/process-tree/process-tree.ts';
import type { ProcessTree, TreeSeeds } from '../../../daemon/workers/process-tree/process-tree.ts';

function entry(pid: number, change: Partial<ProcessEntry> = {}): ProcessEntry {
  return { pid, parent: 1, group: pid, session: pid, startedAt: 100, residentBytes: 1, ...change };
}

/** A table that shows one picture after another, and notes what is done to whom. */
function playTable(
  pictures: readonly (readonly ProcessEntry[])[],
  markers: Readonly<Record<number, string>> = {},
): { readonly table: ProcessTable; readonly read: number[][]; readonly killed: number[] } {
  const read: number[][] = [];
  const killed: number[] = [];
  let shown: readonly ProcessEntry[] = [];
  let index = 0;
  const table: ProcessTable = {
    pidsAtHand: () => [],
    async pids() {
      shown = pictures[Math.min(index, pictures.length - 1)] ?? [];
      index += 1;
      return shown.map(({ pid }) => pid);
    },
    async read(pids) {
      read.push([...pids]);
      return shown.filter(({ pid }) => pids.includes(pid));
    },
    async markers(pids) {
      return new Map(pids.map((pid) => [pid, markers[pid] ?? null]));
    },
    startedAt: () => null,
    signal: (pid) => killed.push(pid),
    killGroup: (group) => killed.push(-group),
  };
  return { table, read, killed };
}

const SEEDS: TreeSeeds = {
  roots: [{ pid: 50, startedAt: 100 }],
  groups: [50],
  attemptIds: new Set(['A-1']),
  since: 100,
  strangers: [],
};

async function members(tree: ProcessTree): Promise<readonly number[]> {
  return (await tree.observe()).map(({ pid }) => pid).toSorted((a, b) => a - b);
}

test('takes in children, and theirs, in whatever order the table shows them', async () => {
  const picture = [
    entry(53, { parent: 52 }),
    entry(52, { parent: 51 }),
    entry(51, { parent: 50 }),
    entry(50),
    entry(60),
  ];
  assert.deepEqual(await members(createProcessTree(playTable([picture]).table, SEEDS)), [50, 51, 52, 53]);
});

test('takes in the group and the session of a root that was gone before the first look', async () => {
  const picture = [entry(51, { group: 50 }), entry(52, { session: 50 }), entry(60)];
  assert.deepEqual(await members(createProcessTree(playTable([picture]).table, SEEDS)), [51, 52]);
});

test('remembers a child whose parent is gone and who shares nothing with it any more', async () => {
  const { table } = playTable([[entry(50), entry(51, { parent: 50 })], [entry(51)]]);
  const tree = createProcessTree(table, SEEDS);
  await tree.observe();
  assert.deepEqual(await members(tree), [51]);
});

test('takes in whatever carries the marker, and no one else’s', async () => {
  const { table } = playTable([[entry(60), entry(61), entry(62)]], { 60: 'A-1', 61: 'A-2' });
  assert.deepEqual(await members(createProcessTree(table, SEEDS)), [60]);
});

test('never takes a member for what was given its pid since', async () => {
  const { table } = playTable([[entry(50), entry(51, { parent: 50 })], [entry(51, { startedAt: 200 })]]);
  const tree = createProcessTree(table, SEEDS);
  await tree.observe();
  assert.deepEqual(await members(tree), []);
});

test('takes in nothing that started before the root', async () => {
  const { table } = playTable([[entry(60, { parent: 50, startedAt: 99 })]], { 60: 'A-1' });
  assert.deepEqual(await members(createProcessTree(table, SEEDS)), []);
});

test('never takes in itself', async () => {
  const { table } = playTable([[entry(process.pid, { parent: 50 })]], { [process.pid]: 'A-1' });
  assert.deepEqual(await members(createProcessTree(table, SEEDS)), []);
});

test('looks at a stranger once for as long as its pid stays in use', async () => {
  const { table, read } = playTable([
    [entry(50), entry(60), entry(70)],
    [entry(50), entry(70)],
    [entry(50), entry(60)],
  ]);
  const tree = createProcessTree(table, { ...SEEDS, strangers: [70] });
  await tree.observe();
  await tree.observe();
  await tree.observe();
  assert.deepEqual(read, [[50, 60], [50], [50, 60]]);
});

test('kills the groups that members lead and no others', async () => {
  const found = [entry(50), entry(51, { parent: 50, group: 51 }), entry(60, { group: 8 })];
  const { table, killed } = playTable([found], { 60: 'A-1' });
  const tree = createProcessTree(table, SEEDS);
  tree.signal(await tree.observe(), 'SIGKILL');
  assert.deepEqual(
    killed.toSorted((a, b) => a - b),
    [-51, -50, 50, 51, 60],
  );
});
