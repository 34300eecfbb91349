import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  createMerkleTree,
  leafHash,
  proveInclusion,
  rootFromInclusion,
} from '../../../protocol/merkle-tree.ts';

/** The leaves and roots that implementations of RFC 6962 test each other with. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const leafHashes = (count: number): readonly Uint8Array[] =>
  Array.from({ length: count }, (_, index) => leafHash(`line ${index}`));

function treeOf(leaves: readonly Uint8Array[]) {
  const tree = createMerkleTree();
  for (const leaf of leaves) tree.append(leaf);
  return tree;
}

describe('Merkle tree', () => {
  test('has the roots of RFC 6962 at every size', () => {
    const tree = createMerkleTree();
    const roots = [hex(tree.root())];
    for (const leaf of LEAVES) {
      tree.append(leafHash(Buffer.from(leaf, 'hex')));
      roots.push(hex(tree.root()));
    }
    assert.deepEqual(roots, ROOTS);
    assert.equal(tree.size, 8);
  });

  test('hashes a text as its UTF-8 bytes', () => {
    assert.deepEqual(leafHash('é\u{1f600}'), leafHash(Buffer.from('é\u{1f600}')));
  });

  test('goes on from any frontier to the same roots', () => {
    fc.assert(
      fc.property(fc.nat(70), fc.nat(70), (before, after) => {
        const leaves = leafHashes(before + after);
        const first = treeOf(leaves.slice(0, before));
        const rest = createMerkleTree(first.frontier());
        for (const leaf of leaves.slice(before)) rest.append(leaf);
        assert.deepEqual(rest.root(), treeOf(leaves).root());
        assert.equal(
          rest.frontier().subtrees.length,
          [...(before + after).toString(2)].filter((bit) => bit === '1').length,
        );
      }),
    );
  });

  test('proves every leaf, and no other leaf, place or size by the same path', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), (size, at) => {
        const index = at % size;
        const leaves = leafHashes(size);
        const leaf = leaves[index] ?? new Uint8Array();
        const root = treeOf(leaves).root();
        const path = proveInclusion(leaves, index);
        assert.deepEqual(rootFromInclusion(leaf, index, size, path), root);
        assert.notDeepEqual(rootFromInclusion(leafHash('other'), index, size, path), root);
        for (let other = 0; other < size; other += 1) {
          if (other !== index) assert.notDeepEqual(rootFromInclusion(leaf, other, size, path), root);
        }
        assert.equal(rootFromInclusion(leaf, index, size, [...path, root]), null);
        if (path.length > 0) assert.equal(rootFromInclusion(leaf, index, size, path.slice(1)), null);
      }),
    );
  });

  test('refuses places that do not exist', () => {
    const leaves = leafHashes(3);
    assert.throws(() => proveInclusion(leaves, 3), RangeError);
    assert.throws(() => proveInclusion(leaves, -1), RangeError);
    assert.throws(() => proveInclusion([], 0), RangeError);
    assert.equal(rootFromInclusion(leafHash('x'), 3, 3, []), null);
    assert.equal(rootFromInclusion(leafHash('x'), -1, 3, []), null);
  });

  test('refuses to go on from a frontier that lacks a subtree', () => {
    assert.throws(() => createMerkleTree({ size: 1, subtrees: [] }).append(leafHash('x')), RangeError);
  });
});
