import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { toBase64 } from '../../protocol/base64.ts';
import { formatCheckpoint, originOf, type Checkpoint } from '../../protocol/checkpoint.ts';
import { formatSignedNote, noteKeyHash } from '../../protocol/signed-note.ts';

/** A key of a test's own. */
export interface TestKey {
  /** 32 bytes in base64. */
  readonly publicKey: string;
  sign(message: string): Uint8Array;
  /** The signed note of a checkpoint. */
  signNote(checkpoint: Checkpoint): string;
}

export function createTestKey(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const encoded = Buffer.from(x, 'base64url').toString('base64');
  const signText = (message: string): Uint8Array => sign(null, Buffer.from(message), privateKey);
  return {
    publicKey: encoded,
    sign: signText,
    signNote(checkpoint) {
      const text = formatCheckpoint(checkpoint);
      const name = checkpoint.origin;
      const signature = signText(text);
      return formatSignedNote({
        text,
        signatures: [{ name, keyHash: noteKeyHash(name, encoded), signature }],
      });
    },
  };
}

export const LOG_ID = '7c9e6679742540de944be07fc1f90ae7';

/** A checkpoint of a log that nobody has. */
export function someCheckpoint(size: number, logId = LOG_ID): Checkpoint {
  return { origin: originOf(logId), size, root: toBase64(randomBytes(32)) };
}
