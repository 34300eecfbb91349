import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcessTable } from '../../../daemon/workers/process-table/process-table.ts';
import { createMarkReader } from '../../../daemon/workers/process-tree/mark-reader.ts';

/** A table whose process 7 shows its environment only when it was asked so many times before. */
function hideFor(times: number): { readonly table: ProcessTable; readonly asked: () => number } {
  let asked = 0;
  const table: ProcessTable = {
    pidsAtHand: () => [],
    pids: async () => [],
    read: async () => [],
    async markers(pids) {
      asked += pids.includes(7) ? 1 : 0;
      return new Map(pids.flatMap((pid) => (pid === 7 && asked <= times ? [] : [[pid, 'A-1']])));
    },
    startedAt: () => null,
    signal: () => {},
    killGroup: () => {},
  };
  return { table, asked: () => asked };
}

const SEVEN = { pid: 7, parent: 1, group: 7, session: 7, startedAt: 1, residentBytes: 0 };

test('waits for a process that is about to become another program', async () => {
  const marks = await createMarkReader(hideFor(2).table, new Set(['A-1'])).read([SEVEN]);
  assert.deepEqual([...marks.marked], [7]);
  assert.deepEqual([...marks.unreadable], []);
});

test('gives up waiting, once and for all, for one that shows nothing ever', async () => {
  const { table, asked } = hideFor(1000);
  const reader = createMarkReader(table, new Set(['A-1']));
  const marks = await reader.read([SEVEN]);
  assert.deepEqual([...marks.unreadable], [7]);
  const before = asked();
  await reader.read([SEVEN]);
  assert.equal(asked(), before + 1);
});

test('asks nothing where no attempt is looked for, and never the kernel’s own threads', async () => {
  const { table, asked } = hideFor(0);
  await createMarkReader(table, new Set()).read([SEVEN]);
  await createMarkReader(table, new Set(['A-1'])).read([{ ...SEVEN, group: 0 }]);
  assert.equal(asked(), 0);
});
