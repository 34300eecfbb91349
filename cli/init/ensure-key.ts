import { ReeveError } from '../../protocol/errors.ts';
import { findUserState } from '../../daemon/config/user-state.ts';
import { createKey } from '../../daemon/signing/create-key.ts';
import { currentKeyFile } from '../../daemon/signing/key-place.ts';
import { openKeyRing } from '../../daemon/signing/open-key-ring.ts';
import type { Paint } from '../context.ts';
import type { Host } from '../host.ts';
import { shortHash } from '../render/format.ts';

/** What `reeve init` found or did about the key of this user; without one nothing is signed. */
export type InitKey =
  | { readonly state: 'created' | 'kept'; readonly key_id: string; readonly file: string }
  | { readonly state: 'none'; readonly reason: string };

export const NO_KEY_WANTED: InitKey = { state: 'none', reason: 'none was wanted' };

/** Makes the key of this user if there is none; where none may lie, a repository is set up all the same. */
export function ensureKey(root: string, env: Host['env']): InitKey {
  const userState = findUserState(env);
  if (userState === null) return { state: 'none', reason: 'HOME is not set; see REEVE_USER_STATE' };
  const place = { userState, outside: [root] };
  const file = currentKeyFile(place);
  try {
    const keys = openKeyRing(place);
    if (keys !== null) return { state: 'kept', key_id: keys.current.key_id, file };
    return { state: 'created', key_id: createKey(place).key_id, file };
  } catch (error) {
    if (!(error instanceof ReeveError)) throw error;
    return { state: 'none', reason: `${error.message} ${error.hint ?? ''}`.trim() };
  }
}

/** The key, in a line for a person. */
export function keyLines(key: InitKey, paint: Paint): readonly string[] {
  if (key.state === 'none')
    return [`${paint.yellow('!')} no signing key, so the ledger is not signed: ${paint.safe(key.reason)}`];
  const what = `the key ${shortHash(key.key_id)}, which signs the ledger: ${paint.safe(key.file)}`;
  return [key.state === 'created' ? `${paint.green('✓')} made ${what}` : `${paint.dim('·')} kept ${what}`];
}
