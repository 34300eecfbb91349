import { parseBase64 } from './base64.ts';
import { sha256Hex } from './digest.ts';
import { isSignedBy } from './ed25519.ts';

/** The id of an Ed25519 key: SHA-256 of its 32 bytes, in hexadecimal. @param publicKey in base64 */
export function signingKeyId(publicKey: string): string {
  return sha256Hex(Buffer.from(publicKey, 'base64'));
}

/** A key as the project log tells of it. */
export interface LoggedKey {
  readonly key_id: string;
  /** 32 bytes in base64. */
  readonly public_key: string;
  /** Seq of the line that tells of it: it signs for trees of at least this size. */
  readonly seq: number;
  /**
   * What speaks for it: `first` for the log's first key, `rotated` when the key before signed for it, `replaced` when
   * no earlier key did (a lost key, or a project that was imported), `invalid` when that is claimed and not true.
   */
  readonly trust: 'first' | 'rotated' | 'replaced' | 'invalid';
}

/**
 * Reads a `key.added` or `key.rotated` line.
 *
 * @param previous the key in force before it; null for none
 */
export function readKeyEvent(
  line: { readonly seq: number; readonly log_id: string; readonly type: string },
  data: Readonly<Record<string, unknown>>,
  previous: LoggedKey | null,
): LoggedKey {
  const public_key = String(data['public_key']);
  const key_id = String(data['key_id']);
  const key = { key_id, public_key, seq: line.seq };
  const isWhole = parseBase64(public_key)?.length === 32 && signingKeyId(public_key) === key_id;
  if (!isWhole) return { ...key, trust: 'invalid' };
  if (line.type === 'key.added') return { ...key, trust: previous === null ? 'first' : 'replaced' };
  const message = keyRotationMessage(line.log_id, previous?.key_id ?? '', key_id);
  const signature = parseBase64(String(data['signature']));
  const isVouched =
    previous !== null && signature !== null && isSignedBy(previous.public_key, message, signature);
  return { ...key, trust: isVouched ? 'rotated' : 'invalid' };
}

/** The key in force for a tree of some size; null before the first. @param keys by seq */
export function keyInForce(keys: readonly LoggedKey[], size: number): LoggedKey | null {
  return keys.findLast(({ seq }) => seq <= size) ?? null;
}

/** The text that the old key signs when a new one takes its place. */
export function keyRotationMessage(logId: string, oldKeyId: string, newKeyId: string): string {
  return `reeve key rotation v1\n${logId}\n${oldKeyId}\n${newKeyId}\n`;
}
