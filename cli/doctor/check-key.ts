import { ReeveError } from '../../protocol/errors.ts';
import type { Config } from '../../daemon/config/config.ts';
import { keyPlaceOf } from '../../daemon/runtime/key-place.ts';
import { currentKeyFile } from '../../daemon/signing/key-place.ts';
import { openKeyRing } from '../../daemon/signing/open-key-ring.ts';
import { shortHash } from '../render/format.ts';
import type { DoctorFinding } from './finding.ts';
import { fail, ok, warn } from './finding.ts';

const CHECK = 'signing key';

/** Checks that the ledger is signed, by a key that nobody else can read or replace. */
export function checkKey(config: Config): DoctorFinding {
  const place = keyPlaceOf(config);
  if (place === null) return warn(CHECK, 'this user has no folder for keys', 'Name one: REEVE_USER_STATE.');
  const file = currentKeyFile(place);
  try {
    const keys = openKeyRing(place);
    if (keys !== null) return ok(CHECK, `${shortHash(keys.current.key_id)} in ${file}`);
    const fix = 'Make one, or a rewritten ledger cannot be told from the true one: reeve key create.';
    return warn(CHECK, `there is none at ${file}; the ledger is not signed`, fix);
  } catch (error) {
    if (!(error instanceof ReeveError)) throw error;
    return fail(CHECK, error.message, error.hint ?? 'See docs/errors.md.');
  }
}
