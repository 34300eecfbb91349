import { sha256 } from './digest.ts';

/**
 * The Merkle tree of RFC 6962, section 2.1, with SHA-256.
 *
 * Its leaves are the lines of a project log, each without its newline; leaf 0 is the line with seq 1.
 */
export interface MerkleTree {
  readonly size: number;
  /** @param leaf the hash of the next line, see {@link leafHash} */
  append(leaf: Uint8Array): void;
  /** The Merkle tree hash over all leaves so far: 32 bytes. */
  root(): Uint8Array;
  /** What the tree can be continued from. */
  frontier(): MerkleFrontier;
}

/** A tree reduced to its complete subtrees, largest first: all that is needed to append. */
export interface MerkleFrontier {
  readonly size: number;
  /** Root hashes of the complete subtrees, as many as there are ones in the binary form of `size`. */
  readonly subtrees: readonly Uint8Array[];
}

/** Creates a tree, empty or at a frontier; appending costs two hashes on average and keeps one hash per level. */
export function createMerkleTree(start: MerkleFrontier = { size: 0, subtrees: [] }): MerkleTree {
  let size = start.size;
  const subtrees = [...start.subtrees];

  return {
    get size() {
      return size;
    },
    append(leaf) {
      let hash = leaf;
      // Every trailing one of the old size is a complete subtree as large as the new one: they merge.
      for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) hash = hashChildren(pop(subtrees), hash);
      subtrees.push(hash);
      size += 1;
    },
    root() {
      const smallestFirst = subtrees.toReversed();
      const [smallest, ...larger] = smallestFirst;
      if (smallest === undefined) return sha256('');
      return larger.reduce((right, left) => hashChildren(left, right), smallest);
    },
    frontier: () => ({ size, subtrees: [...subtrees] }),
  };
}

/** Hashes one line, without its newline, as a leaf: SHA-256 over the byte 0 and the line. */
export function leafHash(line: string | Uint8Array): Uint8Array {
  if (typeof line === 'string') return sha256(`\0${line}`);
  const prefixed = new Uint8Array(line.length + 1);
  prefixed.set(line, 1);
  return sha256(prefixed);
}

/**
 * Lists the hashes that prove that a leaf is in the tree: the audit path of RFC 6962, section 2.1.1, leaf first.
 *
 * @param leaves hashes of all leaves of the tree
 * @throws RangeError when there is no such leaf
 */
export function proveInclusion(leaves: readonly Uint8Array[], index: number): readonly Uint8Array[] {
  if (!(index >= 0 && index < leaves.length)) throw new RangeError(`there is no leaf ${index}`);
  if (leaves.length === 1) return [];
  const half = largestPowerBelow(leaves.length);
  const [left, right] = [leaves.slice(0, half), leaves.slice(half)];
  return index < half
    ? [...proveInclusion(left, index), rootOf(right)]
    : [...proveInclusion(right, index - half), rootOf(left)];
}

/**
 * Computes the root that an audit path leads to from a leaf (RFC 9162, section 2.1.3.2); null when its length does not
 * fit. The leaf is in the tree exactly if this is the tree's root.
 */
export function rootFromInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): Uint8Array | null {
  if (!(index >= 0 && index < size)) return null;
  let node = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      hash = hashChildren(sibling, hash);
      // A node without a sibling on this level is its own parent.
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else hash = hashChildren(hash, sibling);
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hash : null;
}

function hashChildren(left: Uint8Array, right: Uint8Array): Uint8Array {
  const node = new Uint8Array(65);
  node[0] = 1;
  node.set(left, 1);
  node.set(right, 33);
  return sha256(node);
}

function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const tree = createMerkleTree();
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
}

function largestPowerBelow(size: number): number {
  return 2 ** Math.floor(Math.log2(size - 1));
}

function pop(subtrees: Uint8Array[]): Uint8Array {
  const last = subtrees.pop();
  if (last === undefined) throw new RangeError('a frontier has one subtree for each one in its size');
  return last;
}
