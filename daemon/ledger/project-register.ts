import type { TaskStatus } from '../../protocol/generated/types.ts';
import { readKeyEvent, type LoggedKey } from '../../protocol/signing-keys.ts';
import type { LogHead, TaskCounts } from '../ports/ledger.ts';
import { damaged } from './damaged.ts';
import { isClosed } from './task-status.ts';

/** What the project log says of a task. */
export interface TaskRecord {
  readonly task_id: string;
  readonly log_id: string;
  /** Hash of the log's first line. */
  readonly genesis: string;
  readonly title: string;
  /** RFC 3339 time at which the project log took note of it. */
  readonly created: string;
  readonly status: TaskStatus;
  /** RFC 3339 time of the newest head. */
  readonly updated: string;
  /** The newest committed head; null when the project log ends right after the creation. */
  readonly head: LogHead | null;
  /** What of the log lies in sealed segments; null for nothing. */
  readonly sealed: SealedPart | null;
}

/** The beginning of a task's log, in sealed segments. */
export interface SealedPart {
  /** How many there are. */
  readonly segments: number;
  /** The last line in them. */
  readonly seq: number;
  /** Their size. */
  readonly bytes: number;
}

/** What the manifest repeats of the first line. */
export interface ProjectGenesis {
  readonly log_id: string;
  readonly event_hash: string;
  readonly time: string;
  readonly reeve_version: string;
}

/** What a register can be continued from. */
export interface RegisterState {
  /** The first line of the log; null while there is none. */
  readonly genesis: ProjectGenesis | null;
  /** Tasks that are not closed, in the order of their creation. */
  readonly open: readonly TaskRecord[];
  /** The tasks that were closed last, newest last, at most {@link RECENT_TASKS}. */
  readonly recent: readonly TaskRecord[];
  /** Over all tasks. */
  readonly counts: TaskCounts;
  /** Names under which recovered bytes were kept. */
  readonly keptFiles: readonly string[];
  /** The keys that sign for this log, by seq. */
  readonly keys: readonly LoggedKey[];
}

/** What a project log tells, kept current line by line; it grows with the open tasks only. */
export interface ProjectRegister {
  /** Takes the next line; its data is parsed on demand. @throws ReeveError LEDGER_DAMAGED for a head of no known task */
  take(line: RegisterLine, data: () => Readonly<Record<string, unknown>>): void;
  state(): RegisterState;
  /** What is known of a task that is open, or was closed and not settled. */
  find(taskId: string): TaskRecord | undefined;
  /** Tasks that were closed since the register began and not settled, in the order of their ends. */
  readonly closed: ReadonlyMap<string, TaskRecord>;
  /** Forgets a closed task that is kept elsewhere: nothing follows its one final close. */
  settle(record: TaskRecord): void;
}

/** What a register needs to know of a line, beside its data. */
export interface RegisterLine {
  readonly seq: number;
  readonly log_id: string;
  readonly event_hash: string;
  readonly time: string;
  readonly type: string;
}

/** How many closed tasks are at hand without reading all of them. */
export const RECENT_TASKS = 20;

const EMPTY: RegisterState = { genesis: null, open: [], recent: [], counts: {}, keptFiles: [], keys: [] };

/**
 * Creates the register of a project log.
 *
 * @param path of the log, for messages
 */
export function createProjectRegister(path: string, start: RegisterState = EMPTY): ProjectRegister {
  let { genesis } = start;
  const open = byId(start.open);
  const recent = byId(start.recent);
  const closed = new Map<string, TaskRecord>();
  const counts = { ...start.counts };
  const keptFiles = [...start.keptFiles];
  const keys = [...start.keys];

  const find = (taskId: string): TaskRecord | undefined => open.get(taskId) ?? closed.get(taskId);

  function put(record: TaskRecord): void {
    const { task_id, status } = record;
    const before = find(task_id);
    if (before !== undefined) counts[before.status] = (counts[before.status] ?? 0) - 1;
    counts[status] = (counts[status] ?? 0) + 1;
    if (isClosed(status)) {
      open.delete(task_id);
      closed.set(task_id, record);
      recent.set(task_id, record);
      for (const oldest of recent.keys()) if (recent.size > RECENT_TASKS) recent.delete(oldest);
    } else {
      closed.delete(task_id);
      recent.delete(task_id);
      open.set(task_id, record);
    }
  }

  return {
    find,
    closed,
    take(line, data) {
      if (line.seq === 1) genesis = toGenesis(line, data());
      if (line.type === 'task.created') put(toRecord(ownCopy(line.time), data()));
      else if (line.type === 'head.committed') put(moveHead(path, find, ownCopy(line.time), data()));
      else if (line.type === 'segment.sealed') put(addSegment(path, find, data()));
      else if (line.type === 'ledger.recovered') keptFiles.push(String(data()['kept_as']));
      else if (isKeyEvent(line.type)) keys.push(readKeyEvent(line, data(), keys.at(-1) ?? null));
    },
    state: () => ({
      genesis,
      open: [...open.values()],
      recent: [...recent.values()],
      counts: { ...counts },
      keptFiles: [...keptFiles],
      keys: [...keys],
    }),
    settle(record) {
      if (closed.get(record.task_id) === record) closed.delete(record.task_id);
    },
  };
}

/** Tells whether an event is about the keys of its log. */
export function isKeyEvent(type: string): boolean {
  return type === 'key.added' || type === 'key.rotated';
}

/** A part of a string keeps the whole of it in memory: times sliced off its lines would hold a log there. */
function ownCopy(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

type Data = Readonly<Record<string, unknown>>;

function byId(records: readonly TaskRecord[]): Map<string, TaskRecord> {
  return new Map(records.map((record) => [record.task_id, record]));
}

function toGenesis({ log_id, event_hash, time }: RegisterLine, data: Data): ProjectGenesis {
  return { log_id, event_hash, time, reeve_version: String(data['reeve_version']) };
}

function toRecord(time: string, data: Data): TaskRecord {
  return {
    task_id: String(data['task_id']),
    log_id: String(data['log_id']),
    genesis: String(data['genesis']),
    title: String(data['title']),
    created: time,
    status: 'queued',
    updated: time,
    head: null,
    sealed: null,
  };
}

function findTask(path: string, find: ProjectRegister['find'], data: Data): TaskRecord {
  const task = find(String(data['task_id']));
  if (task === undefined || task.log_id !== data['log_id'])
    throw damaged(path, 'it has a head of no known log');
  return task;
}

function moveHead(path: string, find: ProjectRegister['find'], time: string, data: Data): TaskRecord {
  const task = findTask(path, find, data);
  const head = {
    log_id: task.log_id,
    seq: Number(data['seq']),
    event_hash: String(data['head_hash']),
    bytes: Number(data['bytes']),
  };
  // Written by this ledger, under a hash: the schema is checked by verification.
  return { ...task, head, status: String(data['status']) as TaskStatus, updated: time };
}

function addSegment(path: string, find: ProjectRegister['find'], data: Data): TaskRecord {
  const task = findTask(path, find, data);
  const bytes = (task.sealed?.bytes ?? 0) + Number(data['bytes']);
  return {
    ...task,
    sealed: { segments: Number(data['segment']), seq: Number(data['last_seq']), bytes },
  };
}
