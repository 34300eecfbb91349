import { parseBase64, toBase64 } from './base64.ts';
import { sha256 } from './digest.ts';
import { isSignedBy } from './ed25519.ts';

/** A text with signatures: the signed note of C2SP (c2sp.org/signed-note). */
export interface SignedNote {
  /** What is signed, its last newline included. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** One signature line, `— <name> <base64>`. */
export interface NoteSignature {
  readonly name: string;
  /** First four bytes of the key's hash; see {@link noteKeyHash}. */
  readonly keyHash: Uint8Array;
  readonly signature: Uint8Array;
}

/** Longest note that is looked at, in characters. */
const MAX_NOTE_LENGTH = 16_384;

/** Parses a signed note; null for anything that is none. Its signatures are not checked. */
export function parseSignedNote(note: string): SignedNote | null {
  const split = note.lastIndexOf('\n\n');
  if (note.length > MAX_NOTE_LENGTH || split === -1 || !note.endsWith('\n')) return null;
  const signatures = note
    .slice(split + 2, -1)
    .split('\n')
    .map(parseSignatureLine);
  const isWhole = (found: NoteSignature | null): found is NoteSignature => found !== null;
  return signatures.every(isWhole) ? { text: note.slice(0, split + 1), signatures } : null;
}

/** Writes a signed note. */
export function formatSignedNote({ text, signatures }: SignedNote): string {
  const lines = signatures.map(({ name, keyHash, signature }) => {
    return `— ${name} ${toBase64(Uint8Array.of(...keyHash, ...signature))}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/**
 * Computes the key hash of an Ed25519 key under a name: the first four bytes of SHA-256 over name, newline, the
 * algorithm's number 1, and the 32 bytes of the key.
 */
export function noteKeyHash(name: string, publicKey: string): Uint8Array {
  const key = Buffer.from(publicKey, 'base64');
  return sha256(Buffer.concat([Buffer.from(`${name}\n\u0001`), key])).slice(0, 4);
}

/** Tells whether a note carries a right signature by a key under a name. */
export function isNoteSignedBy(note: SignedNote, name: string, publicKey: string): boolean {
  const wanted = toBase64(noteKeyHash(name, publicKey));
  return note.signatures.some((signature) => {
    const isOwn = signature.name === name && toBase64(signature.keyHash) === wanted;
    return isOwn && isSignedBy(publicKey, note.text, signature.signature);
  });
}

/** Writes a key as verifiers of signed notes expect it: `<name>+<key hash in hex>+<base64>`. */
export function formatVerifierKey(name: string, publicKey: string): string {
  const key = Buffer.from(publicKey, 'base64');
  const hash = Buffer.from(noteKeyHash(name, publicKey)).toString('hex');
  return `${name}+${hash}+${toBase64(Uint8Array.of(1, ...key))}`;
}

/** Parses a verifier key of Ed25519; null for anything else, and when its hash does not fit. */
export function parseVerifierKey(text: string): { readonly name: string; readonly publicKey: string } | null {
  const [, name, key] = /^([^\s+]+)\+[0-9a-f]{8}\+([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const bytes = parseBase64(key ?? '');
  if (name === undefined || bytes?.length !== 33 || bytes[0] !== 1) return null;
  const publicKey = toBase64(bytes.slice(1));
  return formatVerifierKey(name, publicKey) === text ? { name, publicKey } : null;
}

function parseSignatureLine(line: string): NoteSignature | null {
  const [, name, encoded] = /^— ([^\s+]+) (\S+)$/.exec(line) ?? [];
  const bytes = parseBase64(encoded ?? '');
  if (name === undefined || bytes === null || bytes.length < 5) return null;
  return { name, keyHash: bytes.slice(0, 4), signature: bytes.slice(4) };
}
