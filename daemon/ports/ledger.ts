import type { Actor, TaskStatus } from '../../protocol/generated/types.ts';
import type { Checkpoint } from '../../protocol/checkpoint.ts';
import type { LoggedKey } from '../../protocol/signing-keys.ts';
import type { EventDraft, LedgerEvent } from '../../protocol/events.ts';

/** Where a log stands: sequence number, hash and size of its last durable line. */
export interface LogHead {
  readonly log_id: string;
  readonly seq: number;
  readonly event_hash: string;
  readonly bytes: number;
}

/** Events that are in their place; `durable` settles once they are on disk. */
export interface Appended {
  readonly events: readonly LedgerEvent[];
  /** Rejects with LEDGER_WRITE_FAILED or LEDGER_POISONED; nothing may be acknowledged before it resolves. */
  readonly durable: Promise<void>;
}

/** What the project log alone tells of a task, without reading the task's own log. */
export interface TaskHead extends LogHead {
  readonly task_id: string;
  readonly title: string;
  readonly status: TaskStatus;
  /** RFC 3339 time of the newest head. */
  readonly updated: string;
}

/** How many tasks there are of each status that occurs. */
export type TaskCounts = Readonly<Partial<Record<TaskStatus, number>>>;

/** One project's ledger: the project log and all its task logs, with one writer. */
export interface ProjectLedger {
  readonly projectId: string;
  /** Absolute path of the project's folder. */
  readonly folder: string;
  /** Known tasks by id, as the project log's heads tell; kept current by appends. */
  readonly tasks: ReadonlyMap<string, TaskHead>;
  /** Where the project log stands: the tree over its durable lines. */
  checkpoint(): Checkpoint;
  /** The keys that sign its checkpoints, by seq; those of durable lines only. */
  readonly keys: readonly LoggedKey[];
  /** What recovery did when the ledger was opened. */
  readonly recovered: readonly { readonly log: string; readonly offset: number; readonly length: number }[];

  /**
   * Appends to the project log.
   *
   * @throws ReeveError LEDGER_POISONED; LINE_INVALID or LINE_TOO_LONG, and then none of the drafts is taken
   */
  appendProject(actor: Actor, drafts: readonly EventDraft[]): Appended;
  /**
   * Appends to a task's log; the first draft of an unknown task must be `task.opened`.
   * `status` is what the next committed head will say. A head is committed at once after `attempt.recorded`,
   * `task.opened`, `task.escalated` and `task.closed`, else after 64 events or one second.
   *
   * @throws ReeveError as {@link appendProject}, and NOT_FOUND for an unknown task that is not opened
   */
  appendTask(taskId: string, actor: Actor, status: TaskStatus, drafts: readonly EventDraft[]): Appended;
  /** Streams a task's events in order. */
  readTask(taskId: string): AsyncIterable<LedgerEvent>;
  readProject(): AsyncIterable<LedgerEvent>;
  /** Commits every outstanding head; resolves when durable. */
  flush(): Promise<void>;
}

/** The ledger of one data root, open for writing under the kernel lock. */
export interface Ledger {
  /** Opens (or with `create` makes) a project. */
  project(projectId: string, options?: { readonly create?: boolean }): Promise<ProjectLedger>;
  /** Projects present on disk, sorted. */
  projects(): Promise<readonly string[]>;
  /** Calls back with durable events only, in id order, without gaps. Returns the way to stop. */
  subscribe(listener: (event: LedgerEvent) => void): () => void;
  /** Flushes heads and releases the lock. Idempotent. */
  close(): Promise<void>;
}
