import type { TaskStatus } from '../../protocol/generated/types.ts';
import { toBase64 } from '../../protocol/base64.ts';
import { createMerkleTree, leafHash, type MerkleFrontier } from '../../protocol/merkle-tree.ts';
import { readKeyEvent, type LoggedKey } from '../../protocol/signing-keys.ts';
import type { LogHead } from '../ports/ledger.ts';
import { damaged } from './damaged.ts';
import { scanLog, type LogEnd } from './scan-log.ts';

/** What the project log says of a task. */
export interface TaskRecord {
  readonly task_id: string;
  readonly log_id: string;
  /** Hash of the log's first line. */
  readonly genesis: string;
  readonly title: string;
  /** RFC 3339 time at which the project log took note of it. */
  readonly created: string;
  status: TaskStatus;
  /** RFC 3339 time of the newest head. */
  updated: string;
  /** The newest committed head; null when the project log ends right after the creation. */
  head: LogHead | null;
}

/** A project as its log tells it. */
export interface ProjectScan {
  readonly end: LogEnd;
  /** The first line; null while there is none. */
  readonly genesis: ProjectGenesis | null;
  readonly tasks: ReadonlyMap<string, TaskRecord>;
  /** Names under which recovered bytes were kept. */
  readonly keptFiles: ReadonlySet<string>;
  /** The tree over the intact lines. */
  readonly tree: MerkleFrontier;
  /** The keys that sign for this log, by seq. */
  readonly keys: readonly LoggedKey[];
  /** Root of the tree, in base64, at each size asked for that the log reaches. */
  readonly rootsAt: ReadonlyMap<number, string>;
}

/** What the manifest repeats of the first line. */
export interface ProjectGenesis {
  readonly log_id: string;
  readonly event_hash: string;
  readonly time: string;
  readonly reeve_version: string;
}

/**
 * Reads a project log in one pass, without reading any task's log.
 *
 * @param sizes of the tree at which roots are wanted
 * @throws ReeveError NOT_FOUND, LEDGER_DAMAGED, IO_FAILED
 */
export function scanProjectLog(path: string, sizes: readonly number[] = []): ProjectScan {
  const tasks = new Map<string, TaskRecord>();
  const keptFiles = new Set<string>();
  const keys: LoggedKey[] = [];
  const tree = createMerkleTree();
  const wanted = new Set(sizes);
  const rootsAt = new Map<number, string>();
  let genesis: ProjectGenesis | null = null;
  const end = scanLog(path, null, (line, data, bytes) => {
    tree.append(leafHash(bytes()));
    if (wanted.has(tree.size)) rootsAt.set(tree.size, toBase64(tree.root()));
    if (line.seq === 1) {
      const { log_id, event_hash, time } = line;
      genesis = { log_id, event_hash, time, reeve_version: String(data()['reeve_version']) };
    }
    if (line.type === 'task.created') addTask(tasks, line.time, data());
    else if (line.type === 'head.committed') moveHead(path, tasks, line.time, data());
    else if (line.type === 'ledger.recovered') keptFiles.add(String(data()['kept_as']));
    else if (isKeyEvent(line.type)) keys.push(readKeyEvent(line, data(), keys.at(-1) ?? null));
  });
  return { end, genesis, tasks, keptFiles, tree: tree.frontier(), keys, rootsAt };
}

/** Tells whether an event is about the keys of its log. */
export function isKeyEvent(type: string): boolean {
  return type === 'key.added' || type === 'key.rotated';
}

type Data = Readonly<Record<string, unknown>>;

function addTask(tasks: Map<string, TaskRecord>, time: string, data: Data): void {
  const task_id = String(data['task_id']);
  tasks.set(task_id, {
    task_id,
    log_id: String(data['log_id']),
    genesis: String(data['genesis']),
    title: String(data['title']),
    created: time,
    status: 'queued',
    updated: time,
    head: null,
  });
}

function moveHead(path: string, tasks: Map<string, TaskRecord>, time: string, data: Data): void {
  const task = tasks.get(String(data['task_id']));
  if (task === undefined || task.log_id !== data['log_id'])
    throw damaged(path, 'it has a head of no known log');
  task.head = {
    log_id: task.log_id,
    seq: Number(data['seq']),
    event_hash: String(data['head_hash']),
    bytes: Number(data['bytes']),
  };
  // Written by this ledger, under a hash: the schema is checked by verification.
  task.status = String(data['status']) as TaskStatus;
  task.updated = time;
}
