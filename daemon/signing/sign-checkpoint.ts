import { formatCheckpoint, type Checkpoint } from '../../protocol/checkpoint.ts';
import { formatSignedNote, noteKeyHash } from '../../protocol/signed-note.ts';
import type { Signer } from '../ports/signing.ts';

/** Signs a checkpoint under its own origin: a C2SP signed note, its last newline included. */
export function signCheckpoint(signer: Signer, checkpoint: Checkpoint): string {
  const text = formatCheckpoint(checkpoint);
  const name = checkpoint.origin;
  const keyHash = noteKeyHash(name, signer.public_key);
  return formatSignedNote({ text, signatures: [{ name, keyHash, signature: signer.sign(text) }] });
}
