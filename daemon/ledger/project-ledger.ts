import { join } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import { logOf, type EventDraft } from '../../protocol/events.ts';
import type { Actor } from '../../protocol/generated/types.ts';
import { isId } from '../../protocol/ids.ts';
import type { Appended, LogHead, ProjectLedger, TaskHead } from '../ports/ledger.ts';
import type { MerkleFrontier } from '../../protocol/merkle-tree.ts';
import type { LoggedKey } from '../../protocol/signing-keys.ts';
import { createHeadKeeper, type NewHead } from './head-keeper.ts';
import { createIndexKeeper, type IndexSource } from './keep-project-index.ts';
import { createLogTree } from './log-tree.ts';
import { createLogWriter, type WriterContext } from './log-writer.ts';
import { readEvents, readTaskEvents } from './read-events.ts';
import { createTaskLog, taskFolder, type TaskLog } from './task-log.ts';

/** A project whose logs were checked. */
export interface OpenedProject {
  readonly projectId: string;
  /** Absolute path. */
  readonly folder: string;
  readonly log_id: string;
  /** End of the project log; null for a project to be made. */
  readonly head: LogHead | null;
  /** Handed over: it is kept current from now on. */
  readonly tasks: Map<string, TaskHead>;
  /** The tree over the project log, and the keys that it tells of. */
  readonly tree: MerkleFrontier;
  readonly keys: readonly LoggedKey[];
  readonly recovered: ProjectLedger['recovered'];
  /** What the log came to, and the index that told it in part. */
  readonly register: IndexSource['register'];
  readonly index: IndexSource['index'];
  readonly indexEvery: number;
}

/** A project ledger with what opening it needs beyond the port. */
export interface ProjectLedgerHandle extends ProjectLedger {
  /** Owes the project log a head that was found on disk only. */
  readonly noteHead: (head: NewHead) => void;
}

/**
 * Creates the ledger of one project over logs that were checked.
 *
 * @param actor whom the ledger's own events (creations and heads) are by
 */
export function createProjectLedger(
  context: WriterContext,
  actor: Actor,
  opened: OpenedProject,
): ProjectLedgerHandle {
  const { projectId, folder, tasks } = opened;
  const path = join(folder, 'events.jsonl');
  const logs = new Map<string, TaskLog>();
  let durableBytes = opened.head?.bytes ?? 0;
  const tree = createLogTree(opened.log_id, opened.tree, opened.keys);
  const projectLog = createLogWriter(context, {
    path,
    log_id: opened.log_id,
    project_id: projectId,
    head: opened.head,
    onLines: tree.add,
  });
  const heads = createHeadKeeper((drafts) => append(actor, drafts));
  const index = createIndexKeeper({
    folder,
    register: opened.register,
    head: opened.head,
    index: opened.index,
    frontier: tree.frontier,
    every: opened.indexEvery,
  });

  function append(by: Actor, drafts: readonly EventDraft[]): Appended {
    const appended = projectLog.append(by, drafts, (head) => {
      durableBytes = head.bytes;
      index.add(appended.events, head);
    });
    return appended;
  }

  const notes = {
    commitHead: heads.flushTask,
    record: async (draft: EventDraft): Promise<void> => append(actor, [draft]).durable,
  };

  function openTaskLog(taskId: string, head: TaskHead | null): TaskLog {
    const known = head === null ? null : { head, sealed: opened.register.find(taskId)?.sealed ?? null };
    const owner = { projectId, folder, onChange, onDurable: heads.note, notes };
    const log = createTaskLog(context, owner, taskId, known);
    logs.set(taskId, log);
    return log;

    function onChange(task: TaskHead | null): void {
      if (task !== null) tasks.set(taskId, task);
      else {
        tasks.delete(taskId);
        logs.delete(taskId);
      }
    }
  }

  return {
    projectId,
    folder,
    tasks,
    recovered: opened.recovered,
    checkpoint: tree.checkpoint,
    keys: tree.keys,
    noteHead: heads.note,

    appendProject(by, drafts) {
      for (const { type } of drafts) assertLog(type, 'project');
      return drafts.length === 0 ? NOTHING : append(by, drafts);
    },

    appendTask(taskId, by, status, drafts) {
      for (const { type } of drafts) assertLog(type, 'task');
      const [first] = drafts;
      if (first === undefined) return NOTHING;
      const known = tasks.get(taskId) ?? null;
      if (known === null) assertOpens(taskId, first);
      return (logs.get(taskId) ?? openTaskLog(taskId, known)).append(by, status, drafts);
    },

    readTask(taskId) {
      const head = logs.get(taskId)?.durableHead() ?? tasks.get(taskId);
      if (head === undefined)
        throw new ReeveError('NOT_FOUND', `There is no task ${taskId} in ${projectId}.`);
      return readTaskEvents(taskFolder(folder, taskId), head.bytes);
    },

    readProject: () => readEvents(path, durableBytes),

    async flush() {
      await Promise.all([...logs.values()].map((log) => log.idle()));
      await heads.flush();
      await projectLog.idle();
      await index.idle();
    },
  };
}

const NOTHING: Appended = { events: [], durable: Promise.resolve() };

function assertLog(type: EventDraft['type'], log: 'project' | 'task'): void {
  if (logOf(type) !== log) throw new ReeveError('BUG', `A ${type} event does not belong in a ${log} log.`);
}

function assertOpens(taskId: string, first: EventDraft): void {
  if (!isId(taskId)) throw new ReeveError('BUG', `${JSON.stringify(taskId)} cannot name a task.`);
  if (first.type !== 'task.opened') {
    throw new ReeveError('NOT_FOUND', `There is no task ${taskId}; its first event must be task.opened.`);
  }
}
