import { toBase64 } from '../../protocol/base64.ts';
import { originOf, type Checkpoint } from '../../protocol/checkpoint.ts';
import { buildEventLine, type LinePlace } from '../../protocol/event-line.ts';
import { formatEventProof, type EventProofParts, type PlacedLine } from '../../protocol/event-proof.ts';
import type { EventDraft, LedgerEvent } from '../../protocol/events.ts';
import { createMerkleTree, leafHash } from '../../protocol/merkle-tree.ts';
import { keyRotationMessage, signingKeyId } from '../../protocol/signing-keys.ts';
import { createTestKey, LOG_ID, type TestKey } from './checkpoints.ts';

/** A ledger in memory, of which proofs can be made: one task, and a project log that commits its heads. */
export interface ProofLedger {
  readonly keys: readonly TestKey[];
  readonly taskEvents: readonly LedgerEvent[];
  readonly projectEvents: readonly LedgerEvent[];
  readonly checkpoint: Checkpoint;
  /** Parts of the proof of an event of the task. */
  parts(seq: number): EventProofParts;
  /** Parts of the proof of an event of the project log. */
  projectParts(seq: number): EventProofParts;
  prove(seq: number): string;
}

export interface ProofLedgerOptions {
  /** How many events each head covers more than the one before. Default: 3, 2. */
  readonly heads?: readonly number[];
  /** How often the key is rotated. Default: never. */
  readonly rotations?: number;
  /** Whether the last key took over without the word of the one before. Default: false. */
  readonly isReplaced?: boolean;
  /** Where the lines of the task's log claim to be, by their index: a daemon that lies writes such lines. */
  readonly lies?: Readonly<Record<number, Partial<LinePlace>>>;
}

const TASK = 'T-1';

export function createProofLedger(options: ProofLedgerOptions = {}): ProofLedger {
  const { heads = [3, 2], rotations = 0, isReplaced = false, lies = {} } = options;
  const task = createLog({ log_id: 'ab'.repeat(16), project_id: 'p', task_id: TASK });
  const project = createLog({ log_id: LOG_ID, project_id: 'p' });
  const keys = [createTestKey()];
  project.append({ type: 'project.created', data: { project_id: 'p', reeve_version: '1' } });
  project.append({ type: 'key.added', data: keyData(keys[0]) });
  for (const [index, count] of heads.entries()) {
    for (let line = 0; line < count; line += 1) {
      task.append(line + index === 0 ? OPENED : NOTE, lies[task.events.length]);
    }
    const head = task.events.at(-1);
    if (head === undefined) throw new Error('a head covers something');
    if (index === 0) project.append(created(task.events[0]));
    project.append(committed(head));
  }
  for (let count = 0; count < rotations; count += 1) {
    const [old, next] = [keys.at(-1), createTestKey()];
    project.append(isReplaced && count === rotations - 1 ? added(next) : rotated(old, next));
    keys.push(next);
  }
  const leaves = project.lines.map((line) => leafHash(line));
  const tree = createMerkleTree();
  for (const leaf of leaves) tree.append(leaf);
  const checkpoint = { origin: originOf(LOG_ID), size: tree.size, root: toBase64(tree.root()) };
  const shared = {
    keyLines: project.events.flatMap(({ type, seq }) => (type.startsWith('key.') ? [placed(seq)] : [])),
    leaves,
    checkpoint: keys.at(-1)?.signNote(checkpoint) ?? '',
    origin: checkpoint.origin,
  };
  const parts = (seq: number): EventProofParts => {
    const head = project.events.find((event) => event.type === 'head.committed' && event.data.seq >= seq);
    if (head?.type !== 'head.committed') throw new Error(`no head covers ${seq}`);
    const lines = task.lines.slice(seq - 1, head.data.seq);
    return { ...shared, lines, projectLine: placed(head.seq) };
  };
  return {
    keys,
    taskEvents: task.events,
    projectEvents: project.events,
    checkpoint,
    parts,
    projectParts: (seq) => ({ ...shared, lines: [], projectLine: placed(seq) }),
    prove: (seq) => formatEventProof(parts(seq)),
  };

  function placed(seq: number): PlacedLine {
    return { text: project.lines[seq - 1] ?? '', index: seq - 1 };
  }
}

const OPENED: EventDraft = { type: 'task.opened', data: { project_id: 'p', title: 'Grüße 😀' } };
const NOTE: EventDraft = { type: 'step.reset', step_id: 'S1', data: { step_id: 'S1', reason: 'again' } };

function created(first: LedgerEvent | undefined): EventDraft {
  const { log_id = '', event_hash: genesis = '' } = first ?? {};
  return { type: 'task.created', data: { task_id: TASK, log_id, genesis, title: 'A task' } };
}

function committed({ log_id, seq, event_hash: head_hash }: LedgerEvent): EventDraft {
  const data = { task_id: TASK, log_id, seq, head_hash, bytes: 1, status: 'running' } as const;
  return { type: 'head.committed', data };
}

function keyData(key: TestKey | undefined): { readonly key_id: string; readonly public_key: string } {
  const public_key = key?.publicKey ?? '';
  return { key_id: signingKeyId(public_key), public_key };
}

function added(key: TestKey): EventDraft {
  return { type: 'key.added', data: keyData(key) };
}

function rotated(old: TestKey | undefined, next: TestKey): EventDraft {
  const previous_key_id = keyData(old).key_id;
  const message = keyRotationMessage(LOG_ID, previous_key_id, keyData(next).key_id);
  const signature = toBase64(old?.sign(message) ?? new Uint8Array(64));
  return { type: 'key.rotated', data: { previous_key_id, ...keyData(next), signature } };
}

interface Log {
  readonly events: LedgerEvent[];
  readonly lines: string[];
  append(draft: EventDraft, lie?: Partial<LinePlace>): void;
}

/** A log whose lines follow each other. */
function createLog(place: Pick<LinePlace, 'log_id' | 'project_id' | 'task_id'>): Log {
  const events: LedgerEvent[] = [];
  const lines: string[] = [];
  return {
    events,
    lines,
    append(draft, lie) {
      const seq = events.length + 1;
      const at = { ...place, seq, prev_event_hash: events.at(-1)?.event_hash ?? null, ...lie };
      const id = `01890a5d-ac96-774b-bcce-${String(seq).padStart(12, '0')}`;
      const stamp = { id, time: '2026-02-19T12:00:00.000Z' };
      const { event, text } = buildEventLine(at, stamp, { kind: 'daemon', id: 'reeve' }, draft);
      events.push(event);
      lines.push(text);
    },
  };
}
