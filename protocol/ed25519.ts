import { createPublicKey, verify } from 'node:crypto';

/**
 * Tells whether an Ed25519 signature (RFC 8032) over a message is right; anything malformed is not.
 *
 * @param publicKey the 32 bytes of the key, in base64
 * @param message a string is taken as its UTF-8 bytes
 */
export function isSignedBy(publicKey: string, message: string | Uint8Array, signature: Uint8Array): boolean {
  try {
    const x = Buffer.from(publicKey, 'base64').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, Buffer.from(message), key, signature);
  } catch {
    return false;
  }
}
