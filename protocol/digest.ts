import { hash } from 'node:crypto';

/** Computes SHA-256 in lowercase hexadecimal; a string is hashed as its UTF-8 bytes (FIPS 180-4). */
export function sha256Hex(data: string | Uint8Array): string {
  // The one-shot form is two to four times as fast as createHash on lines of a few hundred bytes.
  return hash('sha256', data, 'hex');
}

/** Computes the 32 bytes of SHA-256; a string is hashed as its UTF-8 bytes. */
export function sha256(data: string | Uint8Array): Uint8Array {
  return hash('sha256', data, 'buffer');
}
