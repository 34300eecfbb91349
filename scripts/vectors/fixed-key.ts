import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { toBase64 } from '../../protocol/base64.ts';
import { originOf, type Checkpoint, formatCheckpoint } from '../../protocol/checkpoint.ts';
import { formatSignedNote, formatVerifierKey, noteKeyHash } from '../../protocol/signed-note.ts';
import { signingKeyId } from '../../protocol/signing-keys.ts';

/** A key pair for vectors. Its seed is printed in this repository: it protects nothing. */
export interface FixedKey {
  readonly key_id: string;
  /** 32 bytes in base64. */
  readonly public_key: string;
  /** Signs a text; the signature in base64. */
  sign(text: string): string;
  /** Signs a checkpoint as a note. */
  signCheckpoint(checkpoint: Checkpoint): string;
  /** As verifiers of signed notes expect it. */
  verifierKey(logId: string): string;
}

/** Makes the Ed25519 key (RFC 8032) whose 32 bytes of seed are all the same. */
export function createFixedKey(seedByte: number): FixedKey {
  const seed = Buffer.alloc(32, seedByte);
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  const public_key = toBase64(Buffer.from(x, 'base64url'));
  const signBytes = (text: string): Buffer => sign(null, Buffer.from(text), privateKey);
  return {
    key_id: signingKeyId(public_key),
    public_key,
    sign: (text) => toBase64(signBytes(text)),
    signCheckpoint(checkpoint) {
      const text = formatCheckpoint(checkpoint);
      const name = checkpoint.origin;
      const keyHash = noteKeyHash(name, public_key);
      return formatSignedNote({ text, signatures: [{ name, keyHash, signature: signBytes(text) }] });
    },
    verifierKey: (logId) => formatVerifierKey(originOf(logId), public_key),
  };
}

/** PKCS #8 of Ed25519 up to the seed (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
