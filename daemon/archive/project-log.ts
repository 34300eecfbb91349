import { toBase64 } from '../../protocol/base64.ts';
import { originOf, type Checkpoint } from '../../protocol/checkpoint.ts';
import type { LedgerEvent } from '../../protocol/events.ts';
import { isId } from '../../protocol/ids.ts';
import { createMerkleTree, leafHash } from '../../protocol/merkle-tree.ts';
import { readKeyEvent, type LoggedKey } from '../../protocol/signing-keys.ts';
import {
  damagedLog,
  readLogLines,
  type LineContent,
  type LogLine,
  type ReadLines,
  type SeeLine,
} from './log-lines.ts';

/** A position in a log that an event of the project log commits to. */
export interface CommittedHead {
  readonly seq: number;
  readonly event_hash: string;
  /** Size of the task log up to and with that line. */
  readonly bytes: number;
}

/** The older part of a task log, in a file of its own. */
export interface SealedSegment {
  /** Its name in the task folder. */
  readonly file: string;
  readonly bytes: number;
}

/** What a project log says of one task log. */
export interface CommittedTask {
  readonly task_id: string;
  readonly log_id: string;
  /** Hash of the log's first line. */
  readonly genesis: string;
  /** The newest head; null when the project log ends right after the task's creation. */
  readonly head: CommittedHead | null;
  /** RFC 3339 time of the newest head, or of the creation. */
  readonly time: string;
  readonly sealed: readonly SealedSegment[];
}

/** A project log up to its last complete line. */
export interface ProjectLog {
  readonly log_id: string;
  readonly head: CommittedHead;
  /** RFC 3339 time of the last line. */
  readonly time: string;
  /** In order of creation. */
  readonly tasks: ReadonlyMap<string, CommittedTask>;
  /** The Merkle tree over all of its lines. */
  readonly checkpoint: Checkpoint;
  /** Root of the tree at each size that was asked for and reached, in base64. */
  readonly rootsAt: ReadonlyMap<number, string>;
  readonly keys: readonly LoggedKey[];
  /** Files that its lines name, relative to the project folder: anchors, and the rules in force. */
  readonly files: ReadonlySet<string>;
}

export interface ReadProjectLog extends Partial<ReadLines> {
  /** Sizes of the tree at which the root is wanted. */
  readonly sizes?: readonly number[];
}

/**
 * Reads what a project log commits to.
 *
 * @throws ReeveError LEDGER_DAMAGED when it holds no line, or one that does not hold
 */
export async function readProjectLog(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  { see, sizes = [], ...options }: ReadProjectLog = {},
): Promise<ProjectLog> {
  const tasks = new Map<string, CommittedTask>();
  const keys: LoggedKey[] = [];
  const files = new Set<string>();
  const tree = createMerkleTree();
  const rootsAt = new Map<number, string>();
  const takeLine: SeeLine = (line, content) => {
    tree.append(leafHash(content.bytes()));
    if (sizes.includes(tree.size)) rootsAt.set(tree.size, toBase64(tree.root()));
    takeEvent(name, { tasks, keys, files }, line, content);
    see?.(line, content);
  };
  const span = await readLogLines(chunks, name, { ...options, see: takeLine });
  if (span === null) throw damagedLog(name, 'it holds no complete line');
  const { log_id, seq, event_hash, end, time } = span.last;
  const checkpoint = { origin: originOf(log_id), size: tree.size, root: toBase64(tree.root()) };
  const head = { seq, event_hash, bytes: end };
  return { log_id, head, time, tasks, checkpoint, rootsAt, keys, files };
}

/** Lists the heads of all tasks that have one, by task. */
export function listHeads({ tasks }: Pick<ProjectLog, 'tasks'>): readonly {
  readonly task_id: string;
  readonly seq: number;
  readonly event_hash: string;
}[] {
  return [...tasks.values()]
    .flatMap(({ task_id, head }) =>
      head === null ? [] : [{ task_id, seq: head.seq, event_hash: head.event_hash }],
    )
    .sort((a, b) => (a.task_id < b.task_id ? -1 : 1));
}

interface Findings {
  readonly tasks: Map<string, CommittedTask>;
  readonly keys: LoggedKey[];
  readonly files: Set<string>;
}

type Data = Readonly<Record<string, unknown>>;

function takeEvent(
  name: string,
  { tasks, keys, files }: Findings,
  line: LogLine,
  content: LineContent,
): void {
  const { type } = line;
  // Most lines of a project log are of other types, and none of these is parsed for nothing.
  if (type === 'task.created') addTask(name, tasks, content.event());
  else if (type === 'head.committed') moveHead(name, tasks, content.event());
  else if (type === 'segment.sealed') addSegment(name, tasks, dataOf(content));
  else if (type === 'key.added' || type === 'key.rotated')
    keys.push(readKeyEvent(line, dataOf(content), keys.at(-1) ?? null));
  else if (type === 'daemon.started') addFiles(files, [dataOf(content)['policy']]);
  else if (type === 'checkpoint.anchored') {
    const { checkpoint, proof } = dataOf(content);
    addFiles(files, [checkpoint, proof]);
  }
}

function dataOf(content: LineContent): Data {
  return { ...content.event().data };
}

function addTask(name: string, tasks: Map<string, CommittedTask>, { data, time }: LedgerEvent): void {
  const { task_id, log_id, genesis }: Data = { ...data };
  // Threat: an id becomes a path.
  if (!isId(task_id) || typeof log_id !== 'string' || typeof genesis !== 'string') {
    throw damagedLog(name, 'it creates a task that has no valid name');
  }
  tasks.set(task_id, { task_id, log_id, genesis, head: null, time, sealed: NO_SEGMENTS });
}

function moveHead(name: string, tasks: Map<string, CommittedTask>, { data, time }: LedgerEvent): void {
  const { task_id, log_id, seq, head_hash, bytes }: Data = { ...data };
  const task = findTask(name, tasks, task_id, log_id);
  if (typeof seq !== 'number' || typeof head_hash !== 'string' || !Number.isSafeInteger(bytes)) {
    throw damagedLog(name, `it has a head of task ${task.task_id} that names no line`);
  }
  tasks.set(task.task_id, { ...task, time, head: { seq, event_hash: head_hash, bytes: Number(bytes) } });
}

function addSegment(name: string, tasks: Map<string, CommittedTask>, data: Data): void {
  const { task_id, log_id, file, bytes } = data;
  const task = findTask(name, tasks, task_id, log_id);
  // Threat: a name becomes a path.
  if (typeof file !== 'string' || !SEGMENT.test(file) || typeof bytes !== 'number') {
    throw damagedLog(name, `it seals a segment of task ${task.task_id} that has no valid name`);
  }
  tasks.set(task.task_id, { ...task, sealed: [...task.sealed, { file, bytes }] });
}

function findTask(
  name: string,
  tasks: ReadonlyMap<string, CommittedTask>,
  taskId: unknown,
  logId: unknown,
): CommittedTask {
  const task = tasks.get(String(taskId));
  if (task === undefined || task.log_id !== logId) throw damagedLog(name, 'it has a head of no known log');
  return task;
}

function addFiles(files: Set<string>, artifacts: readonly unknown[]): void {
  for (const artifact of artifacts) {
    const { path }: { readonly path?: unknown } = { ...(artifact as object | null) };
    if (typeof path === 'string') files.add(path);
  }
}

const NO_SEGMENTS: readonly SealedSegment[] = [];

const SEGMENT = /^events\.\d{6}\.jsonl$/;
