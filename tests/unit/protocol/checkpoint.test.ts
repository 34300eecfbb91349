import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, test } from 'node:test';
import { parseBase64, toBase64 } from '../../../protocol/base64.ts';
import {
  formatCheckpoint,
  originOf,
  parseCheckpoint,
  parseSignedCheckpoint,
} from '../../../protocol/checkpoint.ts';
import { dssePreAuthEncoding } from '../../../protocol/dsse.ts';
import { isSignedBy } from '../../../protocol/ed25519.ts';
import {
  formatSignedNote,
  formatVerifierKey,
  isNoteSignedBy,
  noteKeyHash,
  parseSignedNote,
  parseVerifierKey,
} from '../../../protocol/signed-note.ts';
import {
  keyInForce,
  keyRotationMessage,
  readKeyEvent,
  signingKeyId,
  type LoggedKey,
} from '../../../protocol/signing-keys.ts';

interface Pair {
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

function createPair(): Pair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  return { publicKey: toBase64(Buffer.from(x, 'base64url')), privateKey };
}

const LOG = '7c9e6679742540de944be07fc1f90ae7';
const ROOT = toBase64(new Uint8Array(32).fill(7));
const CHECKPOINT = { origin: originOf(LOG), size: 12, root: ROOT };

function signedBy(pair: Pair, name = CHECKPOINT.origin): string {
  const text = formatCheckpoint(CHECKPOINT);
  const signature = sign(null, Buffer.from(text), pair.privateKey);
  return formatSignedNote({
    text,
    signatures: [{ name, keyHash: noteKeyHash(name, pair.publicKey), signature }],
  });
}

describe('checkpoint', () => {
  test('is three lines: origin, size, root', () => {
    assert.equal(formatCheckpoint(CHECKPOINT), `reeve/${LOG}\n12\n${ROOT}\n`);
    assert.deepEqual(parseCheckpoint(formatCheckpoint(CHECKPOINT)), CHECKPOINT);
    assert.deepEqual(parseCheckpoint(`reeve/${LOG}\n0\n${ROOT}\n`)?.size, 0);
  });

  test('is nothing else', () => {
    const bad = [
      '',
      `reeve/${LOG}\n12\n${ROOT}`,
      `reeve/${LOG}\n012\n${ROOT}\n`,
      `reeve/${LOG}\n-1\n${ROOT}\n`,
      `reeve/${LOG}\n1e3\n${ROOT}\n`,
      `reeve/${LOG}\n9999999999999999\n${ROOT}\n`,
      `reeve/${LOG.toUpperCase()}\n12\n${ROOT}\n`,
      `other.example/${LOG}\n12\n${ROOT}\n`,
      `reeve/${LOG}\n12\n${toBase64(new Uint8Array(31))}\n`,
      `reeve/${LOG}\n12\n${ROOT}\nmore\n`,
      `reeve/${LOG}\r\n12\r\n${ROOT}\r\n`,
    ];
    for (const text of bad) assert.equal(parseCheckpoint(text), null, JSON.stringify(text));
  });

  test('comes as a signed note', () => {
    const pair = createPair();
    const signed = parseSignedCheckpoint(signedBy(pair));
    assert.ok(signed !== null);
    assert.equal(signed.size, 12);
    assert.ok(isNoteSignedBy(signed.note, CHECKPOINT.origin, pair.publicKey));
    assert.equal(formatSignedNote(signed.note), signedBy(pair));
    assert.equal(parseSignedCheckpoint('text\n\n— a AAAAAAA=\n'), null);
    assert.equal(parseSignedCheckpoint(formatCheckpoint(CHECKPOINT)), null);
  });
});

describe('signed note', () => {
  test('is not signed by another key, under another name, or with another text', () => {
    const pair = createPair();
    const note = parseSignedNote(signedBy(pair));
    assert.ok(note !== null);
    assert.ok(!isNoteSignedBy(note, CHECKPOINT.origin, createPair().publicKey));
    assert.ok(!isNoteSignedBy(note, 'reeve/other', pair.publicKey));
    assert.ok(
      !isNoteSignedBy({ ...note, text: note.text.replace('12', '13') }, CHECKPOINT.origin, pair.publicKey),
    );
  });

  test('refuses what is no note', () => {
    const good = 'text\n\n— name AAAAAAA=\n';
    assert.ok(parseSignedNote(good) !== null);
    assert.equal(parseSignedNote(good)?.signatures[0]?.signature.length, 1);
    const bad = [
      good.slice(0, -1),
      'text\n— name AAAAAAA=\n',
      'text\n\n',
      'text\n\n- name AAAAAAA=\n',
      'text\n\n— na+me AAAAAAA=\n',
      'text\n\n— name AAAAAAB=\n',
      'text\n\n— name AAAAAA==\n',
      'text\n\n— name AAAAAAA=\nmore\n',
      `${'x'.repeat(16_384)}\n\n— name AAAAAAA=\n`,
    ];
    for (const text of bad) assert.equal(parseSignedNote(text), null, JSON.stringify(text.slice(-40)));
  });

  test('names its key by four bytes of a hash over name and key', () => {
    const { publicKey } = createPair();
    const key = Buffer.from(publicKey, 'base64');
    const digest = createHash('sha256').update('reeve/x\n').update(Buffer.of(1)).update(key).digest();
    assert.deepEqual(Buffer.from(noteKeyHash('reeve/x', publicKey)), digest.subarray(0, 4));
  });

  test('has verifier keys that read back, and no others', () => {
    const { publicKey } = createPair();
    const vkey = formatVerifierKey(CHECKPOINT.origin, publicKey);
    assert.deepEqual(parseVerifierKey(vkey), { name: CHECKPOINT.origin, publicKey });
    assert.equal(parseVerifierKey(vkey.replace('reeve', 'refve')), null);
    assert.equal(parseVerifierKey(`${vkey}\n`), null);
    assert.equal(parseVerifierKey('name+00000000+AQ=='), null);
    assert.equal(parseVerifierKey(`name+00000000+${toBase64(new Uint8Array(33))}`), null);
    assert.equal(parseVerifierKey('nonsense'), null);
  });
});

describe('signing keys', () => {
  const first = createPair();
  const second = createPair();
  const added = (
    pair: Pair,
    previous: LoggedKey | null,
    key_id = signingKeyId(pair.publicKey),
  ): LoggedKey => {
    return readKeyEvent(
      { seq: 2, log_id: LOG, type: 'key.added' },
      { key_id, public_key: pair.publicKey },
      previous,
    );
  };
  const rotated = (by: Pair, message: string, previous: LoggedKey | null): LoggedKey => {
    const signature = toBase64(sign(null, Buffer.from(message), by.privateKey));
    const data = { key_id: signingKeyId(second.publicKey), public_key: second.publicKey, signature };
    return readKeyEvent({ seq: 9, log_id: LOG, type: 'key.rotated' }, data, previous);
  };
  const [from, to] = [signingKeyId(first.publicKey), signingKeyId(second.publicKey)];

  test('begin with a first key; a later one without a voucher is told apart', () => {
    const key = added(first, null);
    assert.equal(key.trust, 'first');
    assert.equal(key.seq, 2);
    assert.equal(added(second, key).trust, 'replaced');
  });

  test('are vouched for by the key before', () => {
    const key = added(first, null);
    assert.equal(rotated(first, keyRotationMessage(LOG, from, to), key).trust, 'rotated');
  });

  test('are invalid where another signed, something else was signed, or nothing came before', () => {
    const key = added(first, null);
    assert.equal(rotated(second, keyRotationMessage(LOG, from, to), key).trust, 'invalid');
    assert.equal(rotated(first, keyRotationMessage(LOG, to, from), key).trust, 'invalid');
    assert.equal(rotated(first, keyRotationMessage(LOG, '', to), null).trust, 'invalid');
    const data = { key_id: to, public_key: second.publicKey, signature: 'not base64' };
    assert.equal(readKeyEvent({ seq: 3, log_id: LOG, type: 'key.rotated' }, data, key).trust, 'invalid');
  });

  test('are invalid with an id or bytes that are not theirs', () => {
    assert.equal(added(first, null, to).trust, 'invalid');
    const short = toBase64(new Uint8Array(31));
    const data = { key_id: signingKeyId(short), public_key: short };
    assert.equal(readKeyEvent({ seq: 2, log_id: LOG, type: 'key.added' }, data, null).trust, 'invalid');
  });

  test('are in force from their own line on', () => {
    const keys = [added(first, null), { ...added(second, null), seq: 9 }];
    assert.equal(keyInForce(keys, 1), null);
    assert.equal(keyInForce(keys, 2)?.key_id, from);
    assert.equal(keyInForce(keys, 8)?.key_id, from);
    assert.equal(keyInForce(keys, 9)?.key_id, to);
  });
});

describe('Ed25519', () => {
  test('answers false for what is malformed', () => {
    const { publicKey, privateKey } = createPair();
    const signature = sign(null, Buffer.from('message'), privateKey);
    assert.ok(isSignedBy(publicKey, 'message', signature));
    assert.ok(!isSignedBy(publicKey, 'other', signature));
    assert.ok(!isSignedBy('short', 'message', signature));
    assert.ok(!isSignedBy(publicKey, 'message', signature.subarray(1)));
  });

  test('agrees with the first vector of RFC 8032', () => {
    const key = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex');
    const signature = Buffer.from(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
      'hex',
    );
    assert.ok(isSignedBy(toBase64(key), '', signature));
  });
});

test('base64 has one spelling', () => {
  assert.deepEqual(parseBase64('AAA='), Buffer.of(0, 0));
  for (const text of ['AAB=', 'AAA', 'AA-_', ' AAA=', 'AAA=\n', '!'])
    assert.equal(parseBase64(text), null, text);
});

test('DSSE signs over lengths in bytes', () => {
  assert.equal(
    dssePreAuthEncoding('http://example.com/HelloWorld', 'hello world'),
    'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
  );
  assert.equal(dssePreAuthEncoding('t', 'é'), 'DSSEv1 1 t 2 é');
});
