/**
 * Decodes base64 (RFC 4648, section 4, with padding) in its one canonical spelling; null for anything else.
 *
 * Threat: a lenient decoder reads many texts as the same bytes, so that equal roots or keys would not compare equal.
 */
export function parseBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

/** Encodes bytes in base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
