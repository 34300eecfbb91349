import { parseBase64, toBase64 } from './base64.ts';
import { parseCanonical } from './canonical-json.ts';
import { findChainBreak } from './chain.ts';
import { parseCheckpoint, parseSignedCheckpoint, type Checkpoint } from './checkpoint.ts';
import { ReeveError } from './errors.ts';
import { parseEventLine } from './event-line.ts';
import type { LedgerEvent } from './events.ts';
import type { EventProof } from './generated/types.ts';
import { validateEventProof } from './generated/validators.js';
import { leafHash, rootFromInclusion } from './merkle-tree.ts';
import { isNoteSignedBy, parseVerifierKey, type SignedNote } from './signed-note.ts';
import { readKeyEvent, type LoggedKey } from './signing-keys.ts';

/** What a proof is held against, besides itself. */
export interface ProofTrust {
  /** A checkpoint that somebody kept elsewhere. */
  readonly anchor: Checkpoint | null;
  /** A key that somebody trusts, as verifiers of signed notes write it. */
  readonly verifierKey: string | null;
}

/** What a proof proves. */
export interface ProvedEvent {
  readonly event: LedgerEvent;
  /** The tree that holds it. */
  readonly checkpoint: Checkpoint;
  /** The key of this log that signed the checkpoint; null where an anchor alone vouches for it. */
  readonly key: LoggedKey | null;
  /** Whether that key is the trusted one, or follows from it by rotations. */
  readonly isKeyTrusted: boolean;
  /** Whether the checkpoint is the one kept elsewhere. */
  readonly isAnchored: boolean;
}

/** Longest proof that is looked at, in characters. */
export const MAX_PROOF_LENGTH = 16 * 1024 * 1024;

/**
 * Checks the proof that an event is in a ledger.
 *
 * That no later key is in force, and whose key it is, no proof of this kind can show: see {@link ProofTrust}.
 *
 * @param text as `formatEventProof` writes it, byte for byte
 * @throws ReeveError PROOF_INVALID with the first thing that does not hold; USAGE for a verifier key that is none
 */
export function verifyEventProof(text: string, trust: ProofTrust): ProvedEvent {
  const proof = parseProof(text);
  const { checkpoint, note } = readCheckpoint(proof);
  const line = readLeaf('project_line', proof.project_line, proof.path, checkpoint);
  assertHolds(proof.index === line.seq - 1, `index is not that of line ${line.seq}`);
  const event = followToHead(proof.lines, line);
  const keys = readKeys(proof, checkpoint);
  const key = note === null ? null : findSigner(note, checkpoint, keys);
  const isKeyTrusted = trust.verifierKey !== null && isTrusted(trust.verifierKey, checkpoint, keys, key);
  const isAnchored = trust.anchor !== null && isSameCheckpoint(trust.anchor, checkpoint);
  assertHolds(
    key !== null || isAnchored,
    'its checkpoint is not signed, so it needs the anchor it was made for',
  );
  return { event, checkpoint, key, isKeyTrusted, isAnchored };
}

function parseProof(text: string): EventProof {
  assertHolds(text.length <= MAX_PROOF_LENGTH, `it is longer than ${MAX_PROOF_LENGTH} characters`);
  assertHolds(text.endsWith('\n'), 'it does not end in a newline');
  const value = withPlace('it', () => parseCanonical(text.slice(0, -1)));
  if (validateEventProof(value)) return value;
  const problems = validateEventProof.errors?.map(
    ({ instancePath, message }) => `${instancePath} ${message}`,
  );
  throw invalid(`it has not the form of one (${problems?.join(', ')})`);
}

function readCheckpoint(proof: EventProof): {
  readonly checkpoint: Checkpoint;
  readonly note: SignedNote | null;
} {
  const signed = parseSignedCheckpoint(proof.checkpoint);
  const checkpoint = signed ?? parseCheckpoint(proof.checkpoint);
  if (checkpoint === null) throw invalid('its checkpoint is none');
  assertHolds(checkpoint.origin === proof.origin, 'its checkpoint is about another log');
  assertHolds(checkpoint.size === proof.size, 'its checkpoint is of another size');
  return { checkpoint, note: signed?.note ?? null };
}

/** Reads a line that must be a leaf of the checkpoint's tree. */
function readLeaf(place: string, line: string, path: readonly string[], checkpoint: Checkpoint): LedgerEvent {
  const event = withPlace(place, () => parseEventLine(line));
  assertHolds(`reeve/${event.log_id}` === checkpoint.origin, `${place} is of another log`);
  const hashes = path.map((hash) => parseBase64(hash) ?? new Uint8Array());
  const root = rootFromInclusion(leafHash(line), event.seq - 1, checkpoint.size, hashes);
  const isIncluded = root !== null && toBase64(root) === checkpoint.root;
  assertHolds(isIncluded, `${place} is not in the tree of the checkpoint`);
  return event;
}

/** Follows the lines of a task log to the head that covers them; answers the first, or the head if there is none. */
function followToHead(lines: readonly string[], head: LedgerEvent): LedgerEvent {
  const events = lines.map((line, index) => withPlace(`lines/${index}`, () => parseEventLine(line)));
  const [first, ...rest] = events;
  if (first === undefined) return head;
  const startBreak = first.seq === 1 ? findChainBreak(null, first) : null;
  assertHolds(startBreak === null, 'lines/0 does not begin its log');
  const last = rest.reduce((previous, event, index) => {
    const fault = findChainBreak(previous, event);
    assertHolds(fault === null, `lines/${index + 1} does not follow the line before it (${fault})`);
    return event;
  }, first);
  assertHolds(isHeadOf(head, last), 'project_line is not the head of the last of its lines');
  assertHolds(first.task_id === last.task_id, 'its lines are of several tasks');
  return first;
}

function isHeadOf(head: LedgerEvent, last: LedgerEvent): boolean {
  if (head.type !== 'task.created' && head.type !== 'head.committed') return false;
  const { data } = head;
  const isAbout = data.log_id === last.log_id && data.task_id === last.task_id;
  const [seq, hash] = 'genesis' in data ? [1, data.genesis] : [data.seq, data.head_hash];
  return isAbout && seq === last.seq && hash === last.event_hash;
}

function readKeys(proof: EventProof, checkpoint: Checkpoint): readonly LoggedKey[] {
  const keys: LoggedKey[] = [];
  for (const [index, { line, path }] of proof.keys.entries()) {
    const place = `keys/${index}`;
    const event = readLeaf(place, line, path, checkpoint);
    const isKey = event.type === 'key.added' || event.type === 'key.rotated';
    assertHolds(isKey, `${place} tells of no key`);
    assertHolds(event.seq > (keys.at(-1)?.seq ?? 0), `${place} is not in order`);
    const key = readKeyEvent(event, { ...event.data }, keys.at(-1) ?? null);
    assertHolds(key.trust !== 'invalid', `${place} claims a key that it does not prove`);
    keys.push(key);
  }
  return keys;
}

function findSigner(note: SignedNote, checkpoint: Checkpoint, keys: readonly LoggedKey[]): LoggedKey {
  const key = keys.at(-1);
  if (key === undefined) throw invalid('it shows no key that could have signed the checkpoint');
  const isSigned = isNoteSignedBy(note, checkpoint.origin, key.public_key);
  assertHolds(isSigned, `the checkpoint is not rightly signed by ${key.key_id}`);
  return key;
}

/** Threat: a log may name anybody's public key. Only the key that signed counts, and what led to it. */
function isTrusted(
  verifierKey: string,
  checkpoint: Checkpoint,
  keys: readonly LoggedKey[],
  signer: LoggedKey | null,
): boolean {
  const trusted = parseVerifierKey(verifierKey);
  if (trusted === null) {
    throw new ReeveError('USAGE', `${JSON.stringify(verifierKey)} is no verifier key.`, {
      hint: 'Give it as in checkpoint.vkey of an archive: NAME+HASH+KEY.',
    });
  }
  assertHolds(trusted.name === checkpoint.origin, 'the trusted key is for another log');
  assertHolds(signer !== null, 'its checkpoint is not signed, so the trusted key says nothing');
  const from = keys.findLastIndex(({ public_key }) => public_key === trusted.publicKey);
  const isLed = from !== -1 && keys.slice(from + 1).every(({ trust }) => trust === 'rotated');
  assertHolds(isLed, 'the checkpoint is signed by a key that the trusted one did not hand over to');
  return true;
}

function isSameCheckpoint(anchor: Checkpoint, checkpoint: Checkpoint): boolean {
  assertHolds(anchor.origin === checkpoint.origin, 'the anchor is about another log');
  const differ = `the anchor is of size ${anchor.size} and the proof of ${checkpoint.size}: have one made for the anchor`;
  assertHolds(anchor.size === checkpoint.size, differ);
  assertHolds(anchor.root === checkpoint.root, 'the anchor is of another history');
  return true;
}

function withPlace<T>(place: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw invalid(`${place}: ${String(error)}`);
  }
}

function assertHolds(holds: boolean, problem: string): asserts holds {
  if (!holds) throw invalid(problem);
}

function invalid(problem: string): ReeveError {
  return new ReeveError('PROOF_INVALID', `The proof does not hold: ${problem}.`, {
    hint: 'Ask whoever gave it for a new one; where the ledger is, reeve verify shows what happened to it.',
  });
}
