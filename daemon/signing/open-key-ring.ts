import type { KeyRing } from '../ports/signing.ts';
import { assertOutside, currentKeyFile, retiredKeyFile, type KeyPlace } from './key-place.ts';
import { readSigner } from './read-signer.ts';

/**
 * Opens the keys of a user; null when there is none to sign with. Nothing is made.
 *
 * @throws ReeveError KEY_UNSAFE when the key can be used by others, lies inside of the repository, or is none
 */
export function openKeyRing(place: KeyPlace): KeyRing | null {
  const current = readSigner(currentKeyFile(place));
  if (current === null) return null;
  assertOutside(place);
  return {
    current,
    retired(keyId) {
      // Threat: the id comes out of a log, and becomes a path.
      const signer = KEY_ID.test(keyId) ? readSigner(retiredKeyFile(place, keyId)) : null;
      return signer?.key_id === keyId ? signer : null;
    },
  };
}

const KEY_ID = /^[0-9a-f]{64}$/;
