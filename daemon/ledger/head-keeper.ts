import type { EventDraft } from '../../protocol/events.ts';
import type { TaskStatus } from '../../protocol/generated/types.ts';
import type { Appended, LogHead } from '../ports/ledger.ts';

/** A task log's new durable end, to be anchored in the project log. */
export interface NewHead {
  readonly task_id: string;
  readonly head: LogHead;
  readonly status: TaskStatus;
  /** Lines since the last note. */
  readonly events: number;
  /** Whether the head is owed now rather than after 64 events or one second. */
  readonly isUrgent: boolean;
  /** For a log that the project log does not know yet: what its creation is recorded with. */
  readonly created: { readonly title: string; readonly genesis: string } | null;
}

/** Anchors task heads in the project log. */
export interface HeadKeeper {
  /** Takes note of a head; its lines must be durable already. */
  note(head: NewHead): void;
  /** Commits every head noted; resolves when they are durable. */
  flush(): Promise<void>;
  /** Commits the heads noted of one task, however many others are noted meanwhile; resolves when they are durable. */
  flushTask(taskId: string): Promise<void>;
}

/**
 * Creates the keeper of one project's heads.
 *
 * One append to the project log covers all heads due at that moment; while it is being written the next ones gather,
 * the newest per task.
 *
 * @param append writes to the project log
 */
export function createHeadKeeper(append: (drafts: readonly EventDraft[]) => Appended): HeadKeeper {
  const pending = new Map<string, Owed>();
  const due = new Set<string>();
  let committing: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let isScheduled = false;

  function note(next: NewHead): void {
    const owed = pending.get(next.task_id);
    if (owed === undefined) pending.set(next.task_id, { ...next });
    else renew(owed, next);
    if (next.isUrgent || (owed ?? next).events >= MAX_EVENTS) {
      due.add(next.task_id);
      // Not at once: the notes of one group, and of groups that end together, make one append.
      if (!isScheduled) process.nextTick(commitScheduled);
      isScheduled = true;
    } else timer ??= setTimeout(commitAll, MAX_DELAY_MS).unref();
  }

  function commitScheduled(): void {
    isScheduled = false;
    commit();
  }

  function commitAll(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    for (const task of pending.keys()) due.add(task);
    commit();
  }

  function commit(): void {
    if (committing !== null || due.size === 0) return;
    const heads = [...due].flatMap((task) => pending.get(task) ?? []);
    for (const { task_id } of heads) pending.delete(task_id);
    due.clear();
    committing = appendHeads(heads).then(
      () => {
        committing = null;
        commit();
      },
      (error: unknown) => {
        committing = null;
        giveBack(heads);
        throw error;
      },
    );
    // Whoever flushes is told of a failure; without a flush the timer tries again.
    committing.catch(() => undefined);
  }

  async function appendHeads(heads: readonly Owed[]): Promise<void> {
    await append(heads.flatMap(toDrafts)).durable;
  }

  /** A full disk may be freed: the heads stay owed, and the timer tries again. */
  function giveBack(heads: readonly Owed[]): void {
    for (const head of heads) {
      const newer = pending.get(head.task_id);
      if (newer !== undefined) renew(head, newer);
      pending.set(head.task_id, head);
    }
    timer ??= setTimeout(commitAll, MAX_DELAY_MS).unref();
  }

  async function flush(): Promise<void> {
    while (committing !== null || pending.size > 0) {
      commitAll();
      await committing;
    }
  }

  async function flushTask(taskId: string): Promise<void> {
    const isOwed = pending.has(taskId);
    if (isOwed) due.add(taskId);
    const before = committing;
    commit();
    await (before ?? committing);
    // What was under way came before: the newest head is in the commit that followed at once.
    if (before !== null && isOwed) await committing;
  }

  return { note, flush, flushTask };
}

const MAX_EVENTS = 64;
const MAX_DELAY_MS = 1000;

/** The newest head of a task, and all that was noted since the last commit. */
type Owed = { -readonly [Name in keyof NewHead]: NewHead[Name] };

function renew(owed: Owed, newer: NewHead): void {
  owed.head = newer.head;
  owed.status = newer.status;
  owed.events += newer.events;
  owed.isUrgent ||= newer.isUrgent;
  owed.created ??= newer.created;
}

function toDrafts({ task_id, head, status, created }: NewHead): readonly EventDraft[] {
  const { log_id, seq, event_hash, bytes } = head;
  const committed: EventDraft = {
    type: 'head.committed',
    data: { task_id, log_id, seq, head_hash: event_hash, bytes, status },
  };
  if (created === null) return [committed];
  return [{ type: 'task.created', data: { task_id, log_id, ...created } }, committed];
}
