import type { LoggedKey } from '../../../protocol/signing-keys.ts';
import { PROJECT_LOG, type KeyWarning, type StandingFault } from './standing-fault.ts';

/**
 * Tells whether a key vouches for another: it is that key, or each key from it on handed over to the next.
 *
 * Threat: a public key is no secret. That a log names it says nothing; only what it signed counts.
 *
 * @param to one of `keys`
 */
export function vouchesFor(keys: readonly LoggedKey[], keyId: string, to: LoggedKey): boolean {
  const until = keys.slice(0, keys.indexOf(to) + 1);
  const from = until.findLastIndex((key) => key.key_id === keyId && key.trust !== 'invalid');
  return from !== -1 && until.slice(from + 1).every(({ trust }) => trust === 'rotated');
}

/** Judges what a log tells of its keys. */
export function judgeKeyHistory(keys: readonly LoggedKey[]): {
  readonly faults: readonly StandingFault[];
  readonly warnings: readonly KeyWarning[];
} {
  const faults: StandingFault[] = [];
  const warnings: KeyWarning[] = [];
  for (const { key_id, seq, trust } of keys) {
    if (trust === 'invalid') faults.push({ type: 'key_invalid', log: PROJECT_LOG, seq, key_id });
    if (trust === 'replaced') warnings.push({ type: 'key_replaced', log: PROJECT_LOG, seq, key_id });
  }
  return { faults, warnings };
}

/**
 * Judges a log against keys that somebody trusts: each of them has to vouch for the one that signed.
 *
 * @param signer the key that rightly signed the checkpoint; null where nothing is signed
 */
export function judgeTrust(
  keys: readonly LoggedKey[],
  signer: LoggedKey | null,
  trusted: readonly string[],
): readonly StandingFault[] {
  return trusted.flatMap((key_id): readonly StandingFault[] => {
    if (signer === null) return [{ type: 'key_unproven', key_id }];
    if (vouchesFor(keys, key_id, signer)) return [];
    return [{ type: 'key_untrusted', key_id, signed_by: signer.key_id }];
  });
}
