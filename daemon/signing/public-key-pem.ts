import { createPublicKey } from 'node:crypto';

/** Writes a public key as other programs read it: SubjectPublicKeyInfo in PEM. @param publicKey 32 bytes in base64 */
export function publicKeyPem(publicKey: string): string {
  const x = Buffer.from(publicKey, 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return key.export({ type: 'spki', format: 'pem' }).toString();
}
