import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { signingKeyId } from '../../protocol/signing-keys.ts';
import type { Signer } from '../ports/signing.ts';
import { assertPrivate, unsafe } from './key-place.ts';

/**
 * Reads a private key, if there is one.
 *
 * @throws ReeveError KEY_UNSAFE when others can use it, or when it is no Ed25519 key
 */
export function readSigner(file: string): Signer | null {
  const pem = readKeyFile(file);
  return pem === null ? null : toSigner(parseKey(file, pem));
}

/** A private key, able to sign. */
export function toSigner(key: KeyObject): Signer {
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  const public_key = Buffer.from(x, 'base64url').toString('base64');
  return {
    key_id: signingKeyId(public_key),
    public_key,
    sign: (message) => sign(null, Buffer.from(message), key),
  };
}

function readKeyFile(file: string): string | null {
  let fd: number;
  try {
    fd = openSync(file, constants.O_RDONLY | NO_FOLLOW | NON_BLOCKING);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw unsafe(file, `cannot be opened (${codeOf(error)})`, 'Check its owner and mode.', error);
  }
  try {
    const stats = fstatSync(fd);
    assertPrivate(file, stats);
    if (stats.size > MAX_BYTES) throw unsafe(file, 'is no key', NO_KEY_HINT);
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

function parseKey(file: string, pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    throw unsafe(file, 'cannot be read as a private key without a passphrase', NO_KEY_HINT, error);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw unsafe(file, 'is no Ed25519 key', NO_KEY_HINT);
  return key;
}

const NO_KEY_HINT = 'Put the key back from a copy, or move the file away and make another: reeve key create.';

/** A key has about 120. */
const MAX_BYTES = 16_384;

/** The numbers are undefined on systems that lack the flag, whatever the types say. */
const NO_FOLLOW = (constants.O_NOFOLLOW as number | undefined) ?? 0;
const NON_BLOCKING = (constants.O_NONBLOCK as number | undefined) ?? 0;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
