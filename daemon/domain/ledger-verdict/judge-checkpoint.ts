import { toBase64 } from '../../../protocol/base64.ts';
import type { SignedCheckpoint } from '../../../protocol/checkpoint.ts';
import { isNoteSignedBy, noteKeyHash } from '../../../protocol/signed-note.ts';
import { keyInForce, type LoggedKey } from '../../../protocol/signing-keys.ts';
import { relateToLog, type LogStanding } from './log-standing.ts';
import type { StandingFault } from './standing-fault.ts';

/** What stands in the place of a project's checkpoint file; `unreadable` is told elsewhere. */
export type FoundCheckpoint = SignedCheckpoint | 'missing' | 'malformed' | 'unreadable';

/** What a project's own checkpoint is worth. */
export interface CheckpointJudgement {
  /** The key that rightly signed it; null when none is known to have. */
  readonly signer: LoggedKey | null;
  /** How many lines it vouches for: 0 for none. */
  readonly vouchesFor: number;
  /** Whether it is rightly signed, and about other lines than those that are here. */
  readonly isConflicting: boolean;
  readonly faults: readonly StandingFault[];
}

/** Judges the checkpoint that lies in the project folder. */
export function judgeCheckpoint(log: LogStanding, found: FoundCheckpoint): CheckpointJudgement {
  if (found === 'unreadable' || (found === 'missing' && log.keys.length === 0)) return worth(null);
  if (found === 'missing') return worth(null, { type: 'checkpoint_missing' });
  if (found === 'malformed') return worth(null, invalid('it is no signed checkpoint'));
  const relation = relateToLog(log, found);
  if (relation === 'other_log') return worth(null, invalid(`it is about ${found.origin}, another log`));
  const key = keyInForce(log.keys, found.size);
  const signer = key !== null && isNoteSignedBy(found.note, found.origin, key.public_key) ? key : null;
  if (relation === 'ahead' && (signer !== null || !claimsToBeBy(found, key))) {
    return worth(signer, ...tellAhead(log, found));
  }
  if (key === null) return worth(null, invalid('the log tells of no key that could have signed it'));
  if (signer === null)
    return worth(null, invalid(`it is not rightly signed by the key in force, ${key.key_id}`));
  const isConflicting = relation === 'conflicting';
  return { signer, vouchesFor: isConflicting ? 0 : found.size, isConflicting, faults: [] };
}

/** Where lines are gone, a key that took over in them may have signed: then it is not this one that is named. */
function claimsToBeBy({ note, origin }: SignedCheckpoint, key: LoggedKey | null): boolean {
  const hash = key === null ? '' : toBase64(noteKeyHash(origin, key.public_key));
  return note.signatures.some(({ name, keyHash }) => name === origin && toBase64(keyHash) === hash);
}

function worth(signer: LoggedKey | null, ...faults: readonly StandingFault[]): CheckpointJudgement {
  return { signer, vouchesFor: 0, isConflicting: false, faults };
}

/** Where the log breaks off at a bad line, its length says nothing. */
function tellAhead(
  { isWhole, size: lines }: LogStanding,
  { size }: SignedCheckpoint,
): readonly StandingFault[] {
  return isWhole ? [{ type: 'checkpoint_ahead', size, lines }] : [];
}

function invalid(detail: string): StandingFault {
  return { type: 'checkpoint_invalid', detail };
}
