import { createMerkleTree, leafHash, proveInclusion } from '../../protocol/merkle-tree.ts';

/** The eight leaves that tests of Certificate Transparency logs use, in hexadecimal. */
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

/** Roots and inclusion proofs of RFC 6962 over the first leaves, in hexadecimal. */
export function merkleVectors(): unknown {
  const hashes = LEAVES.map((leaf) => leafHash(Buffer.from(leaf, 'hex')));
  const roots = Array.from({ length: LEAVES.length + 1 }, (_, size) => ({
    size,
    root: toHex(rootOf(hashes.slice(0, size))),
  }));
  const proofs = [1, 3, 7, 8].flatMap((size) =>
    Array.from({ length: size }, (_, index) => {
      return { size, index, path: proveInclusion(hashes.slice(0, size), index).map(toHex) };
    }),
  );
  return { leaves: LEAVES, roots, proofs };
}

function rootOf(hashes: readonly Uint8Array[]): Uint8Array {
  const tree = createMerkleTree();
  for (const hash of hashes) tree.append(hash);
  return tree.root();
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
