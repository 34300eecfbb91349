import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createKey, rotateKey } from '../../../daemon/signing/create-key.ts';
import { currentKeyFile, retiredKeyFile } from '../../../daemon/signing/key-place.ts';
import { openKeyRing } from '../../../daemon/signing/open-key-ring.ts';
import { publicKeyPem } from '../../../daemon/signing/public-key-pem.ts';
import { signAttestation } from '../../../daemon/signing/sign-attestation.ts';
import { signCheckpoint } from '../../../daemon/signing/sign-checkpoint.ts';
import { parseSignedCheckpoint } from '../../../protocol/checkpoint.ts';
import { dssePreAuthEncoding } from '../../../protocol/dsse.ts';
import { isSignedBy } from '../../../protocol/ed25519.ts';
import { isNoteSignedBy } from '../../../protocol/signed-note.ts';
import { signingKeyId } from '../../../protocol/signing-keys.ts';

const IS_POSIX = process.platform !== 'win32';
const POSIX_ONLY = IS_POSIX ? false : 'needs file modes, which Windows has not';
const OPENSSL = spawnSync('openssl', ['version']).status === 0 ? false : 'needs openssl on PATH';

function scratch(t: TestContext) {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'reeve-keys-')));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const place = { userState: join(home, 'state', 'reeve'), outside: [join(home, 'repo')] };
  return { home, place, file: currentKeyFile(place) };
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

describe('createKey', () => {
  it('makes an Ed25519 key in a folder that it makes, and signs with it', (t) => {
    const { place, file } = scratch(t);
    const { key_id, public_key, sign } = createKey(place);
    assert.equal(signingKeyId(public_key), key_id);
    assert.ok(isSignedBy(public_key, 'é', sign('é')));
    assert.ok(!isSignedBy(public_key, 'e', sign('é')));
    assert.match(readFileSync(file, 'utf8'), /^-----BEGIN PRIVATE KEY-----\n/);
    assert.deepEqual(readdirSync(place.userState), ['signing-key.pem']);
  });

  it('lets nobody else in: file 0600, folder 0700, whatever the umask', { skip: POSIX_ONLY }, (t) => {
    const { place, file } = scratch(t);
    const umask = process.umask(0);
    t.after(() => process.umask(umask));
    createKey(place);
    rotateKey(place);
    assert.deepEqual([modeOf(file), modeOf(place.userState)], [0o600, 0o700]);
    const retired = join(place.userState, 'retired-keys');
    const [name = ''] = readdirSync(retired);
    assert.deepEqual([modeOf(join(retired, name)), modeOf(retired)], [0o600, 0o700]);
  });

  it('never overwrites a key', (t) => {
    const { place, file } = scratch(t);
    createKey(place);
    const before = readFileSync(file);
    assert.throws(() => createKey(place), { code: 'CONFLICT', message: /already/ });
    assert.deepEqual(readFileSync(file), before);
    assert.deepEqual(readdirSync(place.userState), ['signing-key.pem']);
  });

  it('leaves a key that another command is making alone', (t) => {
    const { place, file } = scratch(t);
    createKey(place);
    writeFileSync(`${file}.new`, 'theirs');
    for (const make of [createKey, rotateKey]) assert.throws(() => make(place), { code: 'CONFLICT' });
    assert.equal(readFileSync(`${file}.new`, 'utf8'), 'theirs');
  });

  it('makes nothing inside of the repository, also through a link', { skip: POSIX_ONLY }, (t) => {
    const { home, place } = scratch(t);
    mkdirSync(join(home, 'repo'));
    symlinkSync(join(home, 'repo'), join(home, 'elsewhere'));
    for (const userState of [join(home, 'repo', 'a', 'b'), join(home, 'elsewhere', 'a'), join(home, 'repo')])
      assert.throws(() => createKey({ ...place, userState }), { code: 'KEY_UNSAFE', message: /inside/ });
    assert.deepEqual(readdirSync(join(home, 'repo')), []);
    createKey({ ...place, userState: join(home, 'repo-state') });
  });

  it('makes none in a folder that others may use', { skip: POSIX_ONLY }, (t) => {
    const { place } = scratch(t);
    mkdirSync(place.userState, { recursive: true });
    chmodSync(place.userState, 0o750);
    assert.throws(() => createKey(place), { code: 'KEY_UNSAFE', hint: `chmod 700 ${place.userState}` });
    assert.deepEqual(readdirSync(place.userState), []);
  });
});

describe('openKeyRing', () => {
  it('opens nothing and makes nothing where there is no key', (t) => {
    const { home, place } = scratch(t);
    assert.equal(openKeyRing(place), null);
    assert.deepEqual(readdirSync(home), []);
  });

  it('refuses a key that others can read or replace', { skip: POSIX_ONLY }, (t) => {
    const { place, file } = scratch(t);
    createKey(place);
    for (const mode of [0o640, 0o604, 0o620]) {
      chmodSync(file, mode);
      assert.throws(() => openKeyRing(place), { code: 'KEY_UNSAFE', hint: `chmod 600 ${file}` });
    }
    chmodSync(file, 0o600);
    chmodSync(place.userState, 0o770);
    assert.throws(() => openKeyRing(place), { code: 'KEY_UNSAFE', hint: `chmod 700 ${place.userState}` });
  });

  it('refuses a key inside of the repository', (t) => {
    const { place } = scratch(t);
    createKey(place);
    assert.throws(() => openKeyRing({ ...place, outside: [join(place.userState, '..')] }), {
      code: 'KEY_UNSAFE',
    });
  });

  it('refuses what is no plain file and what is no Ed25519 key', { skip: POSIX_ONLY }, (t) => {
    const { home, place, file } = scratch(t);
    mkdirSync(place.userState, { recursive: true, mode: 0o700 });
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    for (const text of ['', 'no key', rsa.export({ type: 'pkcs8', format: 'pem' }), 'x'.repeat(20_000)]) {
      writeFileSync(file, text, { mode: 0o600 });
      assert.throws(() => openKeyRing(place), { code: 'KEY_UNSAFE' });
    }
    rmSync(file);
    writeFileSync(join(home, 'other.pem'), 'x', { mode: 0o600 });
    symlinkSync(join(home, 'other.pem'), file);
    assert.throws(() => openKeyRing(place), { code: 'KEY_UNSAFE' });
    rmSync(file);
    execFileSync('mkfifo', ['-m', '600', file]);
    assert.throws(() => openKeyRing(place), { code: 'KEY_UNSAFE', message: /plain file/ });
  });

  it('finds a retired key by its id alone', (t) => {
    const { place } = scratch(t);
    createKey(place);
    const { previous, current } = rotateKey(place);
    const keys = openKeyRing(place);
    assert.equal(keys?.current.key_id, current.key_id);
    assert.equal(keys.retired(previous.key_id)?.public_key, previous.public_key);
    // As a hostile log could name them; what lies elsewhere is not even looked at.
    writeFileSync(join(place.userState, '..', 'other.pem'), 'no key', { mode: 0o644 });
    for (const id of ['0'.repeat(64), '../signing-key', '../../other', '', `${previous.key_id}\n`])
      assert.equal(keys.retired(id), null, id);
  });
});

describe('rotateKey', () => {
  it('keeps the old key and puts a new one in its place', (t) => {
    const { place, file } = scratch(t);
    const made = createKey(place);
    const before = readFileSync(file);
    const { previous, current } = rotateKey(place);
    assert.equal(previous.key_id, made.key_id);
    assert.notEqual(current.key_id, made.key_id);
    assert.deepEqual(readFileSync(retiredKeyFile(place, made.key_id)), before);
    assert.equal(rotateKey(place).previous.key_id, current.key_id);
  });

  it('rotates nothing where there is no key', (t) => {
    const { place } = scratch(t);
    assert.throws(() => rotateKey(place), { code: 'NOT_FOUND' });
    assert.deepEqual(readdirSync(place.userState), []);
  });
});

describe('signatures', () => {
  it('sign a checkpoint as a note under its origin, and an attestation over its encoding', (t) => {
    const signer = createKey(scratch(t).place);
    const checkpoint = {
      origin: `reeve/${'a'.repeat(32)}`,
      size: 7,
      root: Buffer.alloc(32).toString('base64'),
    };
    const parsed = parseSignedCheckpoint(signCheckpoint(signer, checkpoint));
    assert.ok(parsed !== null);
    const { note, ...rest } = parsed;
    assert.deepEqual(rest, checkpoint);
    assert.ok(isNoteSignedBy(note, checkpoint.origin, signer.public_key));
    const { keyid, sig } = signAttestation(signer, 'text/x', 'é');
    assert.equal(keyid, signer.key_id);
    assert.ok(isSignedBy(signer.public_key, dssePreAuthEncoding('text/x', 'é'), Buffer.from(sig, 'base64')));
  });

  it('are those of openssl, which reads the key file', { skip: OPENSSL }, (t) => {
    const { home, place, file } = scratch(t);
    const signer = createKey(place);
    const publicPem = execFileSync('openssl', ['pkey', '-in', file, '-pubout'], { encoding: 'utf8' });
    assert.equal(publicPem, publicKeyPem(signer.public_key));
    const [message, signature, pem] = ['m', 's', 'p'].map((name) => join(home, name));
    assert.ok(message !== undefined && signature !== undefined && pem !== undefined);
    writeFileSync(message, 'hello\n');
    writeFileSync(signature, signer.sign('hello\n'));
    writeFileSync(pem, publicPem);
    const verify = ['pkeyutl', '-verify', '-pubin', '-inkey', pem, '-rawin', '-in', message];
    const answer = spawnSync('openssl', [...verify, '-sigfile', signature], { encoding: 'utf8' });
    assert.equal(answer.status, 0, answer.stdout + answer.stderr);
  });
});
