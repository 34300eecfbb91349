import { join } from 'node:path';
import { toBase64 } from '../../protocol/base64.ts';
import { originOf, type Checkpoint } from '../../protocol/checkpoint.ts';
import { ReeveError } from '../../protocol/errors.ts';
import { formatEventProof, type PlacedLine } from '../../protocol/event-proof.ts';
import { createMerkleTree, leafHash } from '../../protocol/merkle-tree.ts';
import { scanLog } from '../../daemon/ledger/scan-log.ts';
import { readTaskLines, toText } from './task-lines.ts';

/** Which event is to be proved: one of a task's log, or (`taskId` null) of the project log. */
export interface WantedEvent {
  /** Absolute path. */
  readonly projectFolder: string;
  readonly taskId: string | null;
  readonly seq: number;
}

/** The tree that has to hold it. */
export interface WantedTree extends Checkpoint {
  /** The signed note, or the three lines. */
  readonly text: string;
}

/**
 * Makes the proof that an event is in the tree of a checkpoint, from the logs alone.
 *
 * @throws ReeveError NOT_FOUND when there is no such event, or the checkpoint does not cover it; LEDGER_DAMAGED when
 *   the log is not the one of the checkpoint
 */
export function gatherProof(wanted: WantedEvent, tree: WantedTree): string {
  const found = readProjectLog(wanted, tree);
  assertSameLog(found, tree);
  const { lines, projectLine } =
    wanted.taskId === null ? readOwnLine(wanted, found) : readLines(wanted, found, tree);
  const { leaves, keyLines, origin } = found;
  return formatEventProof({ lines, projectLine, keyLines, leaves, checkpoint: tree.text, origin });
}

/** What a proof needs of the project log, up to the size of its tree. */
interface ProjectLog {
  readonly origin: string;
  readonly leaves: readonly Uint8Array[];
  readonly keyLines: readonly PlacedLine[];
  /** The event itself, or the first head that covers it, with the seq it stands at. */
  readonly covering: { readonly line: PlacedLine; readonly headSeq: number } | null;
}

function readProjectLog({ projectFolder, taskId, seq }: WantedEvent, { size }: Checkpoint): ProjectLog {
  const leaves: Uint8Array[] = [];
  const keyLines: PlacedLine[] = [];
  let origin = '';
  let covering: ProjectLog['covering'] = null;
  scanLog(join(projectFolder, 'events.jsonl'), null, (line, data, bytes) => {
    if (line.seq > size) return;
    origin = originOf(line.log_id);
    const copy = bytes();
    leaves.push(leafHash(copy));
    const placed = (): PlacedLine => ({ text: toText(copy), index: line.seq - 1 });
    if (line.type === 'key.added' || line.type === 'key.rotated') keyLines.push(placed());
    if (covering !== null) return;
    const headSeq = taskId === null ? line.seq : headSeqOf(line.type, data, taskId);
    const isCovering = taskId === null ? line.seq === seq : headSeq >= seq;
    if (isCovering) covering = { line: placed(), headSeq };
  });
  return { origin, leaves, keyLines, covering };
}

/** The seq of a task's log that a line of the project log commits to; 0 for none. */
function headSeqOf(type: string, data: () => Readonly<Record<string, unknown>>, taskId: string): number {
  if (type !== 'head.committed' && type !== 'task.created') return 0;
  const { task_id, seq } = data();
  if (task_id !== taskId) return 0;
  return type === 'task.created' ? 1 : Number(seq);
}

function assertSameLog({ origin, leaves }: ProjectLog, checkpoint: Checkpoint): void {
  const tree = createMerkleTree();
  for (const leaf of leaves) tree.append(leaf);
  const isSame = leaves.length === checkpoint.size && toBase64(tree.root()) === checkpoint.root;
  if (isSame && origin === checkpoint.origin) return;
  throw new ReeveError('LEDGER_DAMAGED', 'The project log is not the one that the checkpoint is about.', {
    hint: 'reeve verify (with --anchor FILE, if you gave one) shows how they differ.',
  });
}

interface Lines {
  readonly lines: readonly string[];
  readonly projectLine: PlacedLine;
}

function readOwnLine({ seq }: WantedEvent, { covering, leaves }: ProjectLog): Lines {
  if (covering !== null) return { lines: [], projectLine: covering.line };
  throw notCovered(`line ${seq} of the project log`, leaves.length);
}

function readLines(
  { projectFolder, taskId, seq }: WantedEvent,
  { covering }: ProjectLog,
  { size }: Checkpoint,
): Lines {
  const to = covering?.headSeq ?? seq;
  const { lines, count } = readTaskLines(join(projectFolder, 'tasks', String(taskId)), seq, to);
  if (count < seq) {
    throw new ReeveError('NOT_FOUND', `Task ${taskId} has no event ${seq}: it has ${count}.`, {
      hint: `reeve logs ${taskId} --json shows each with its seq.`,
    });
  }
  if (covering === null) throw notCovered(`event ${seq} of task ${taskId}`, size);
  return { lines, projectLine: covering.line };
}

function notCovered(what: string, size: number): ReeveError {
  return new ReeveError('NOT_FOUND', `The checkpoint of ${size} lines does not cover ${what}.`, {
    hint: 'reeve anchor note --signed makes a newer one; a running daemon does so within a second.',
  });
}
