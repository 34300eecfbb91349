import { toBase64 } from '../../protocol/base64.ts';
import type { EventDraft } from '../../protocol/events.ts';
import { keyRotationMessage } from '../../protocol/signing-keys.ts';
import { logIdOf } from '../../protocol/checkpoint.ts';
import type { ProjectLedger } from '../ports/ledger.ts';
import type { KeyRing, Signer } from '../ports/signing.ts';
import { DAEMON } from './project-runtime.ts';

/**
 * Has a project log name the key that signs its checkpoints from here on, where it names another or none.
 *
 * The key before vouches for it if it is still at hand; else the log says that a key came without, for the verifier to
 * warn of: the old one was lost, or the project came from elsewhere.
 */
export async function nameKey(ledger: ProjectLedger, keys: KeyRing): Promise<void> {
  const inForce = ledger.keys.at(-1);
  const { current } = keys;
  const isSound = inForce !== undefined && inForce.trust !== 'invalid';
  if (isSound && inForce.key_id === current.key_id) return;
  const previous = isSound ? keys.retired(inForce.key_id) : null;
  const draft = previous === null ? toAdded(current) : toRotated(ledger, previous, current);
  await ledger.appendProject(DAEMON, [draft]).durable;
}

function toAdded({ key_id, public_key }: Signer): EventDraft {
  return { type: 'key.added', data: { key_id, public_key } };
}

function toRotated(ledger: ProjectLedger, previous: Signer, { key_id, public_key }: Signer): EventDraft {
  const message = keyRotationMessage(logIdOf(ledger.checkpoint().origin), previous.key_id, key_id);
  const signature = toBase64(previous.sign(message));
  return {
    type: 'key.rotated',
    data: { previous_key_id: previous.key_id, key_id, public_key, signature },
  };
}
