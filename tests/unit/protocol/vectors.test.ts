import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseBase64 } from '../../../protocol/base64.ts';
import { dssePreAuthEncoding } from '../../../protocol/dsse.ts';
import { isSignedBy } from '../../../protocol/ed25519.ts';
import { parseEventLine } from '../../../protocol/event-line.ts';
import { createMerkleTree, leafHash, rootFromInclusion } from '../../../protocol/merkle-tree.ts';
import { isNoteSignedBy, parseSignedNote, parseVerifierKey } from '../../../protocol/signed-note.ts';
import { signingKeyId } from '../../../protocol/signing-keys.ts';
import { REPOSITORY } from '../../../scripts/repository.mjs';
import { makeVectors } from '../../../scripts/vectors/make-vectors.ts';

const FOLDER = join(REPOSITORY, 'tests/vectors');

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));
}

/** Printed by the tests of Certificate Transparency logs, for the same eight leaves. */
const KNOWN_ROOTS = [
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

describe('tests/vectors', () => {
  it('is what the script writes', () => {
    for (const [name, text] of makeVectors())
      assert.ok(
        readFileSync(join(FOLDER, name), 'utf8') === text,
        `${name}: run tsx scripts/make-vectors.ts`,
      );
  });

  it('has the roots and proofs of RFC 6962', () => {
    const { leaves, roots, proofs } = read('merkle.json') as {
      readonly leaves: readonly string[];
      readonly roots: readonly { readonly size: number; readonly root: string }[];
      readonly proofs: readonly {
        readonly size: number;
        readonly index: number;
        readonly path: readonly string[];
      }[];
    };
    const hashes = leaves.map((leaf) => leafHash(Buffer.from(leaf, 'hex')));
    const tree = createMerkleTree();
    assert.deepEqual(
      roots.map(({ root }) => root),
      KNOWN_ROOTS,
    );
    for (const { size, root } of roots) {
      assert.equal(Buffer.from(tree.root()).toString('hex'), root);
      const leaf = hashes[size];
      if (leaf !== undefined) tree.append(leaf);
    }
    for (const { size, index, path } of proofs) {
      const siblings = path.map((hash) => Buffer.from(hash, 'hex'));
      const root = rootFromInclusion(hashes[index] ?? new Uint8Array(), index, size, siblings);
      assert.equal(Buffer.from(root ?? []).toString('hex'), KNOWN_ROOTS[size]);
    }
  });

  it('has lines that are read, and lines that are refused', () => {
    const { lines } = read('lines.json') as {
      readonly lines: readonly {
        readonly name: string;
        readonly line: string | { readonly base64: string };
        readonly valid: boolean;
      }[];
    };
    for (const { name, line, valid } of lines) {
      const bytes = typeof line === 'string' ? Buffer.from(line) : Buffer.from(line.base64, 'base64');
      const parse = () => parseEventLine(bytes.toString('utf8'));
      if (valid) assert.doesNotThrow(parse, name);
      else if (isUtf8(bytes)) assert.throws(parse, { code: /^LINE_/ }, name);
    }
    assert.equal(lines.filter(({ valid }) => valid).length, 4);
  });

  it('has keys, notes, rotations and an envelope', () => {
    interface Signed {
      readonly name: string;
      readonly valid: boolean;
    }
    const { keys, notes, rotations, dsse } = read('notes.json') as {
      readonly keys: readonly {
        readonly public_key: string;
        readonly key_id: string;
        readonly vkey: string;
      }[];
      readonly notes: readonly (Signed & { readonly note: string; readonly vkey: string })[];
      readonly rotations: readonly (Signed & {
        readonly message: string;
        readonly public_key: string;
        readonly signature: string;
      })[];
      readonly dsse: Readonly<
        Record<'payloadType' | 'body' | 'pre_auth_encoding' | 'public_key' | 'signature', string>
      >;
    };
    for (const { public_key, key_id, vkey } of keys) {
      assert.equal(signingKeyId(public_key), key_id);
      assert.equal(parseVerifierKey(vkey)?.publicKey, public_key);
    }
    for (const { name, note, vkey, valid } of notes) {
      const parsed = parseSignedNote(note);
      const key = parseVerifierKey(vkey);
      assert.ok(key !== null);
      assert.equal(parsed !== null && isNoteSignedBy(parsed, key.name, key.publicKey), valid, name);
    }
    for (const { name, message, public_key, signature, valid } of rotations)
      assert.equal(isSignedBy(public_key, message, parseBase64(signature) ?? new Uint8Array()), valid, name);
    assert.equal(dssePreAuthEncoding(dsse.payloadType, dsse.body), dsse.pre_auth_encoding);
    const signature = parseBase64(dsse.signature) ?? new Uint8Array();
    assert.ok(isSignedBy(dsse.public_key, dsse.pre_auth_encoding, signature));
  });
});
