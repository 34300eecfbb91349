import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { EventDraft } from '../../protocol/events.ts';
import type { Actor, TaskStatus } from '../../protocol/generated/types.ts';
import type { Appended, LogHead, TaskHead } from '../ports/ledger.ts';
import type { NewHead } from './head-keeper.ts';
import { createLogWriter, type WriterContext } from './log-writer.ts';
import type { SealedPart } from './project-register.ts';
import { sealSegment, type SealingNotes } from './seal-segment.ts';
import { GROWING_FILE } from './segment-files.ts';
import { isClosed } from './task-status.ts';

/** One task's log, open for writing. */
export interface TaskLog {
  append(actor: Actor, status: TaskStatus, drafts: readonly EventDraft[]): Appended;
  /** Where the log stands on disk; null while its first line is not there yet. */
  durableHead(): LogHead | null;
  /** Resolves when nothing is waiting to be written. */
  idle(): Promise<void>;
}

/** What a task log belongs to. */
export interface TaskLogOwner {
  readonly projectId: string;
  /** Absolute path of the project's folder. */
  readonly folder: string;
  /** Told where the task stands after each append, or null when a task that was being made will not exist. */
  readonly onChange: (task: TaskHead | null) => void;
  /** Told of lines that became durable. */
  readonly onDurable: (head: NewHead) => void;
  /** How the project log is told of sealed segments. */
  readonly notes: SealingNotes;
}

/** A task that has a log. */
export interface KnownTask {
  readonly head: TaskHead;
  /** What of its log lies in sealed segments; null for nothing. */
  readonly sealed: SealedPart | null;
}

/** Creates the log of a task; without `known` it is a task to be made, and its title comes from the first draft. */
export function createTaskLog(
  context: WriterContext,
  owner: TaskLogOwner,
  taskId: string,
  known: KnownTask | null,
): TaskLog {
  let durable = known?.head ?? null;
  let title = durable?.title ?? taskId;
  let sealed = known?.sealed ?? { segments: 0, seq: 0, bytes: 0 };
  const writer = createLogWriter(context, {
    path: taskLogPath(owner.folder, taskId),
    log_id: durable?.log_id ?? randomBytes(16).toString('hex'),
    project_id: owner.projectId,
    task_id: taskId,
    head: durable === null ? null : toLogHead(durable),
    rotation: { start: sealed.bytes, limit: context.segmentBytes, setAside },
    onLost: () => owner.onChange(durable),
  });

  async function setAside(head: LogHead): Promise<boolean> {
    // Nothing follows its end.
    if (durable !== null && isClosed(durable.status)) return false;
    const file = { taskId, taskFolder: taskFolder(owner.folder, taskId), before: sealed, head };
    const now = await sealSegment(context, file, owner.notes);
    sealed = now ?? sealed;
    return now !== null;
  }

  return {
    append(actor, status, drafts) {
      const [first] = drafts;
      const isNew = writer.head() === null;
      const appended = writer.append(actor, drafts, onDurable);
      if (isNew && first?.type === 'task.opened') title = first.data.title;
      const head = writer.head();
      const last = appended.events.at(-1);
      if (head === null || last === undefined) return appended;
      const { log_id, seq, event_hash, bytes } = head;
      const task: TaskHead = {
        task_id: taskId,
        title,
        status,
        updated: last.time,
        log_id,
        seq,
        event_hash,
        bytes,
      };
      owner.onChange(task);
      return appended;

      function onDurable(): void {
        if (head === null) return;
        durable = task;
        const isUrgent = drafts.some(({ type }) => URGENT.has(type));
        const genesis = appended.events[0]?.event_hash;
        const created = isNew && genesis !== undefined ? { title, genesis } : null;
        owner.onDurable({ task_id: taskId, head, status, events: drafts.length, isUrgent, created });
      }
    },
    durableHead: () => durable,
    idle: writer.idle,
  };
}

/** Absolute path of the folder of a task's log. */
export function taskFolder(projectFolder: string, taskId: string): string {
  return join(projectFolder, 'tasks', taskId);
}

/** Absolute path of the file that a task's log grows in. */
export function taskLogPath(projectFolder: string, taskId: string): string {
  return join(taskFolder(projectFolder, taskId), GROWING_FILE);
}

/** Events after which the head is committed at once. */
const URGENT: ReadonlySet<string> = new Set([
  'task.opened',
  'attempt.recorded',
  'task.escalated',
  'task.closed',
]);

function toLogHead({ log_id, seq, event_hash, bytes }: TaskHead): LogHead {
  return { log_id, seq, event_hash, bytes };
}
