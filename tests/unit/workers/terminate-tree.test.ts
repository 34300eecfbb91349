import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcessTree } from '../../../daemon/workers/process-tree/process-tree.ts';
import { awaitTree, terminateTree } from '../../../daemon/workers/process-tree/terminate-tree.ts';

/** A tree that shows one picture after another, the last one for ever, and notes the signals it gets. */
function playTree(pictures: readonly (readonly number[])[]): {
  readonly tree: ProcessTree;
  readonly sent: string[];
} {
  const sent: string[] = [];
  let index = 0;
  const tree: ProcessTree = {
    async observe() {
      const pids = pictures[Math.min(index, pictures.length - 1)] ?? [];
      index += 1;
      return pids.map((pid) => ({
        pid,
        parent: 1,
        group: pid,
        session: pid,
        startedAt: 1,
        residentBytes: 0,
      }));
    },
    signal: (members, signal) => sent.push(...members.map(({ pid }) => `${signal} ${pid}`)),
  };
  return { tree, sent };
}

test('believes that a tree is gone only when two looks in a row show nothing', async () => {
  assert.deepEqual(await awaitTree(playTree([[], [7]]).tree, 0), [7]);
  assert.deepEqual(await awaitTree(playTree([[], []]).tree, 0), []);
});

test('signals nothing when nothing is there', async () => {
  const { tree, sent } = playTree([[]]);
  assert.deepEqual(await terminateTree(tree, 10), []);
  assert.deepEqual(sent, []);
});

test('asks a member that turns up during the grace, and asks each once', async () => {
  const { tree, sent } = playTree([[1], [1, 2], [1, 2], [2], []]);
  assert.deepEqual(await terminateTree(tree, 10_000), []);
  assert.deepEqual(sent, ['SIGTERM 1', 'SIGTERM 2']);
});

test('kills after the grace, again and again, and tells who survived', async () => {
  const { tree, sent } = playTree([[1]]);
  assert.deepEqual(await terminateTree(tree, 1), [1]);
  assert.equal(sent.filter((signal) => signal === 'SIGTERM 1').length, 1);
  assert.ok(sent.filter((signal) => signal === 'SIGKILL 1').length > 1);
});
