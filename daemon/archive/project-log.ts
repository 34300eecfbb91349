import { damagedLog, readLogLines } from './log-lines.ts';
import { isId } from '../../protocol/ids.ts';

/** A position in a log that an event of the project log commits to. */
export interface CommittedHead {
  readonly seq: number;
  readonly event_hash: string;
  /** Size of the task log up to and with that line. */
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
}

/** A project log up to its last complete line. */
export interface ProjectLog {
  readonly head: CommittedHead;
  /** RFC 3339 time of the last line. */
  readonly time: string;
  /** In order of creation. */
  readonly tasks: ReadonlyMap<string, CommittedTask>;
}

/**
 * Reads what a project log commits to.
 *
 * @throws ReeveError LEDGER_DAMAGED when it holds no line, or one that does not hold
 */
export async function readProjectLog(chunks: AsyncIterable<Uint8Array>, name: string): Promise<ProjectLog> {
  const tasks = new Map<string, CommittedTask>();
  const span = await readLogLines(chunks, name, (line, data) => {
    if (line.type === 'task.created') addTask(name, tasks, data());
    else if (line.type === 'head.committed') moveHead(name, tasks, data());
  });
  if (span === null) throw damagedLog(name, 'it holds no complete line');
  const { seq, event_hash, end, time } = span.last;
  return { head: { seq, event_hash, bytes: end }, time, tasks };
}

/** Lists the heads of all tasks that have one, by task. */
export function listHeads(
  log: ProjectLog,
): readonly { readonly task_id: string; readonly seq: number; readonly event_hash: string }[] {
  return [...log.tasks.values()]
    .flatMap(({ task_id, head }) =>
      head === null ? [] : [{ task_id, seq: head.seq, event_hash: head.event_hash }],
    )
    .sort((a, b) => (a.task_id < b.task_id ? -1 : 1));
}

type Data = Readonly<Record<string, unknown>>;

function addTask(name: string, tasks: Map<string, CommittedTask>, data: Data): void {
  const { task_id, log_id, genesis } = data;
  // Threat: an id becomes a path.
  if (!isId(task_id) || typeof log_id !== 'string' || typeof genesis !== 'string') {
    throw damagedLog(name, 'it creates a task that has no valid name');
  }
  tasks.set(task_id, { task_id, log_id, genesis, head: null });
}

function moveHead(name: string, tasks: Map<string, CommittedTask>, data: Data): void {
  const { task_id, log_id, seq, head_hash, bytes } = data;
  const task = tasks.get(String(task_id));
  if (task === undefined || task.log_id !== log_id) throw damagedLog(name, 'it has a head of no known log');
  if (typeof seq !== 'number' || typeof head_hash !== 'string' || !Number.isSafeInteger(bytes)) {
    throw damagedLog(name, `it has a head of task ${task.task_id} that names no line`);
  }
  tasks.set(task.task_id, { ...task, head: { seq, event_hash: head_hash, bytes: Number(bytes) } });
}
