import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import fc from 'fast-check';
import { isId } from '../../../protocol/ids.ts';
import { branchName, snapshotRef } from '../../../daemon/workspace/ref-name.ts';

test('names branches and snapshots after their task', () => {
  assert.equal(
    branchName('T-013', 'T-013_20260219T120000Z_ab12cd3'),
    'reeve/T-013/T-013_20260219T120000Z_ab12cd3',
  );
  assert.equal(snapshotRef('T-013', 'A_1'), 'refs/reeve/wip/T-013/A_1');
});

test('makes a ref that git accepts of every awkward identifier', () => {
  for (const id of ['a..b', 'a...b', 'a.lock', 'a..lock', 'a.lock.lock', 'x.', 'a-', 'a_', '0']) {
    const ref = `refs/heads/${branchName(id, id)}`;
    assert.equal(spawnSync('git', ['check-ref-format', ref]).status, 0, ref);
  }
});

test('never gives two tasks the same branch', () => {
  const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/).filter(isId);
  fc.assert(
    fc.property(id, id, (one, other) => {
      assert.equal(branchName(one, 'r') === branchName(other, 'r'), one === other);
      assert.doesNotMatch(branchName(one, one), /\.\.|\.lock(\/|$)|\.(\/|$)/);
    }),
  );
});
