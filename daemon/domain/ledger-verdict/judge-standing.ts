import type { Checkpoint } from '../../../protocol/checkpoint.ts';
import { isNoteSignedBy, type SignedNote } from '../../../protocol/signed-note.ts';
import { judgeCheckpoint, type CheckpointJudgement, type FoundCheckpoint } from './judge-checkpoint.ts';
import { judgeKeyHistory, judgeTrust, vouchesFor } from './judge-keys.ts';
import { relateToLog, type CheckpointRelation, type LogStanding } from './log-standing.ts';
import { PROJECT_LOG, type KeyWarning, type StandingFault } from './standing-fault.ts';

/** A statement from outside of the ledger that it once stood at a checkpoint. */
export interface AnchorClaim {
  readonly kind: string;
  /** What a person knows it by. */
  readonly by: string;
  /** RFC 3339; null when it does not say. */
  readonly time: string | null;
  readonly checkpoint: Checkpoint;
  /** Null for bare lines. */
  readonly note: SignedNote | null;
}

/** All that speaks for or against a project log. */
export interface StandingEvidence<Anchor extends AnchorClaim> {
  readonly log: LogStanding;
  /** The project's own checkpoint. */
  readonly checkpoint: FoundCheckpoint;
  readonly anchors: readonly Anchor[];
  /** Ids of keys that somebody trusts, besides what the log says of itself. */
  readonly trustedKeys: readonly string[];
}

/** How a project log stands. */
export interface Standing<Anchor extends AnchorClaim> {
  /** Id of the key that rightly signed the project's own checkpoint; null for none. */
  readonly signer: string | null;
  readonly anchors: readonly JudgedAnchor<Anchor>[];
  /** The newest anchor that the log is consistent with; null for none. */
  readonly anchored: Anchor | null;
  readonly faults: readonly StandingFault[];
  readonly warnings: readonly KeyWarning[];
}

export interface JudgedAnchor<Anchor extends AnchorClaim> {
  readonly anchor: Anchor;
  readonly result: CheckpointRelation;
}

/** Judges a project log by its checkpoint, its keys and its anchors. */
export function judgeStanding<Anchor extends AnchorClaim>(
  evidence: StandingEvidence<Anchor>,
): Standing<Anchor> {
  const { log, trustedKeys } = evidence;
  const own = judgeCheckpoint(log, evidence.checkpoint);
  const anchors = evidence.anchors.map((anchor) => {
    return { anchor, result: relateToLog(log, anchor.checkpoint) };
  });
  const history = judgeKeyHistory(log.keys);
  const anchored = newestConsistent(anchors);
  const faults = [
    ...history.faults,
    ...own.faults,
    // What is wrong with the checkpoint was told; that it proves no key goes without saying.
    ...(own.faults.some(({ type }) => type !== 'checkpoint_missing')
      ? []
      : judgeTrust(log.keys, own.signer, trustedKeys)),
    ...judgeConflicts(evidence, own, anchors),
  ];
  return { signer: own.signer?.key_id ?? null, anchors, anchored, faults, warnings: history.warnings };
}

function newestConsistent<Anchor extends AnchorClaim>(
  anchors: readonly JudgedAnchor<Anchor>[],
): Anchor | null {
  const consistent = anchors.flatMap(({ anchor, result }) => (result === 'consistent' ? [anchor] : []));
  const rank = ({ checkpoint, time }: Anchor): readonly [number, string] => [checkpoint.size, time ?? ''];
  return consistent.reduce<Anchor | null>((newest, anchor) => {
    if (newest === null) return anchor;
    const [size, time] = rank(anchor);
    const [newestSize, newestTime] = rank(newest);
    return size > newestSize || (size === newestSize && time > newestTime) ? anchor : newest;
  }, null);
}

function judgeConflicts<Anchor extends AnchorClaim>(
  { log, checkpoint, trustedKeys }: StandingEvidence<Anchor>,
  own: CheckpointJudgement,
  anchors: readonly JudgedAnchor<Anchor>[],
): readonly StandingFault[] {
  const vouched = anchors.flatMap(({ anchor, result }) => {
    return result === 'consistent' ? [anchor.checkpoint.size] : [];
  });
  const notVouched = (size: number, by: string): StandingFault => {
    const below = [own.vouchesFor, ...vouched].filter((each) => each < size);
    return { type: 'not_vouched', log: PROJECT_LOG, seq: Math.max(0, ...below) + 1, size, by };
  };
  const isFork = (anchor: Anchor): boolean =>
    anchor.checkpoint.size <= own.vouchesFor && isSignedAlike(log, own, anchor, trustedKeys);

  const faults: StandingFault[] = [];
  if (own.isConflicting && typeof checkpoint === 'object') {
    faults.push(notVouched(checkpoint.size, 'its own checkpoint'));
  }
  for (const { anchor, result } of anchors) {
    const {
      by,
      checkpoint: { size },
    } = anchor;
    // Threat: who replaces the whole folder begins another log. Under this path this machine has seen one already.
    if (result === 'other_log' && anchor.kind === 'user_state')
      faults.push({ type: 'not_vouched', log: PROJECT_LOG, seq: 1, size, by });
    if (result === 'ahead' && log.isWhole) faults.push({ type: 'rolled_back', size, lines: log.size, by });
    if (result !== 'conflicting') continue;
    const key_id = own.signer?.key_id ?? '';
    faults.push(isFork(anchor) ? { type: 'forked', size, by, key_id } : notVouched(size, by));
  }
  return faults;
}

/**
 * Tells whether an anchor comes from the holder of the key that signed the project's own checkpoint.
 *
 * What this user's machine remembers needs no signature, if the key it remembers is the one.
 */
function isSignedAlike(
  { keys }: LogStanding,
  { signer }: CheckpointJudgement,
  { kind, note, checkpoint }: AnchorClaim,
  trustedKeys: readonly string[],
): boolean {
  if (signer === null) return false;
  if (kind === 'user_state') return trustedKeys.some((keyId) => vouchesFor(keys, keyId, signer));
  if (note === null) return false;
  return keys.some(({ key_id, public_key }) => {
    return vouchesFor(keys, key_id, signer) && isNoteSignedBy(note, checkpoint.origin, public_key);
  });
}
