import { randomBytes } from 'node:crypto';
import { createEventStamps, type EventStamps } from '../../daemon/ledger/event-stamps.ts';
import type { Clock } from '../../daemon/ports/clock.ts';
import type { Appended, Ledger, LogHead, ProjectLedger, TaskHead } from '../../daemon/ports/ledger.ts';
import { toBase64 } from '../../protocol/base64.ts';
import { canonicalJson } from '../../protocol/canonical-json.ts';
import { originOf } from '../../protocol/checkpoint.ts';
import { createMerkleTree, leafHash } from '../../protocol/merkle-tree.ts';
import { readKeyEvent, type LoggedKey } from '../../protocol/signing-keys.ts';
import { ReeveError } from '../../protocol/errors.ts';
import { buildEventLine } from '../../protocol/event-line.ts';
import { logOf, type EventDraft, type LedgerEvent } from '../../protocol/events.ts';
import type { Actor } from '../../protocol/generated/types.ts';
import { isId } from '../../protocol/ids.ts';

/** A ledger that keeps its events in memory: the port's other adapter, for tests that need no files. */
export function createMemoryLedger(options: {
  readonly clock: Clock;
  readonly reeveVersion: string;
}): Ledger {
  const stamps = createEventStamps(options.clock);
  const listeners = new Set<(event: LedgerEvent) => void>();
  const projects = new Map<string, ProjectLedger>();
  let isClosed = false;

  const publish = (events: readonly LedgerEvent[]): Promise<void> =>
    Promise.resolve().then(() => {
      for (const event of events) for (const listener of listeners) listener(event);
    });

  return {
    async project(projectId, { create = false } = {}) {
      if (isClosed) throw new ReeveError('BUG', 'The ledger is closed.');
      if (!isId(projectId)) throw new ReeveError('USAGE', `${projectId} cannot name a project.`);
      const known = projects.get(projectId);
      if (known !== undefined) return known;
      if (!create) throw new ReeveError('NOT_FOUND', `There is no project ${projectId}.`);
      const made = createMemoryProject(projectId, stamps, publish);
      projects.set(projectId, made);
      const data = { project_id: projectId, reeve_version: options.reeveVersion };
      await made.appendProject({ kind: 'daemon', id: 'reeve' }, [{ type: 'project.created', data }]).durable;
      return made;
    },
    projects: () => Promise.resolve([...projects.keys()].sort()),
    subscribe(listener) {
      const own = (event: LedgerEvent): void => listener(event);
      listeners.add(own);
      return () => listeners.delete(own);
    },
    async close() {
      for (const project of projects.values()) await project.flush();
      isClosed = true;
    },
  };
}

type Publish = (events: readonly LedgerEvent[]) => Promise<void>;

const DAEMON: Actor = { kind: 'daemon', id: 'reeve' };

const URGENT = new Set<string>(['task.opened', 'attempt.recorded', 'task.escalated', 'task.closed']);

function createMemoryProject(projectId: string, stamps: EventStamps, publish: Publish): ProjectLedger {
  const projectLog = createMemoryLog(projectId, undefined, stamps);
  const taskLogs = new Map<string, MemoryLog>();
  const tasks = new Map<string, TaskHead>();
  const owed = new Map<string, { isNew: boolean; events: number }>();

  function commitHead(taskId: string): readonly LedgerEvent[] {
    const task = tasks.get(taskId);
    const debt = owed.get(taskId);
    const genesis = taskLogs.get(taskId)?.events[0];
    if (task === undefined || debt === undefined || genesis === undefined) return [];
    owed.delete(taskId);
    const { task_id, log_id, seq, event_hash, bytes, status, title } = task;
    const created: EventDraft = {
      type: 'task.created',
      data: { task_id, log_id, genesis: genesis.event_hash, title },
    };
    const head: EventDraft = {
      type: 'head.committed',
      data: { task_id, log_id, seq, head_hash: event_hash, bytes, status },
    };
    return projectLog.append(DAEMON, debt.isNew ? [created, head] : [head]);
  }

  return {
    projectId,
    folder: `/memory/${projectId}`,
    tasks,
    recovered: [],
    checkpoint() {
      const tree = createMerkleTree();
      for (const event of projectLog.events) tree.append(leafHash(canonicalJson(event)));
      const logId = projectLog.events[0]?.log_id ?? '';
      return { origin: originOf(logId), size: tree.size, root: toBase64(tree.root()) };
    },
    get keys() {
      const keys: LoggedKey[] = [];
      for (const event of projectLog.events) {
        if (event.type !== 'key.added' && event.type !== 'key.rotated') continue;
        keys.push(readKeyEvent(event, { ...event.data }, keys.at(-1) ?? null));
      }
      return keys;
    },
    appendProject(actor, drafts) {
      for (const { type } of drafts) if (logOf(type) !== 'project') throw new ReeveError('BUG', 'wrong log');
      const events = projectLog.append(actor, drafts);
      return { events, durable: publish(events) };
    },
    appendTask(taskId, actor, status, drafts): Appended {
      for (const { type } of drafts) if (logOf(type) !== 'task') throw new ReeveError('BUG', 'wrong log');
      const [first] = drafts;
      if (first === undefined) return { events: [], durable: Promise.resolve() };
      const isNew = !taskLogs.has(taskId);
      if (isNew && !isId(taskId)) throw new ReeveError('BUG', `${taskId} cannot name a task.`);
      if (isNew && first.type !== 'task.opened')
        throw new ReeveError('NOT_FOUND', `There is no task ${taskId}.`);
      const log = taskLogs.get(taskId) ?? createMemoryLog(projectId, taskId, stamps);
      const events = log.append(actor, drafts);
      taskLogs.set(taskId, log);
      const head = log.head();
      const title = tasks.get(taskId)?.title ?? (first.type === 'task.opened' ? first.data.title : taskId);
      tasks.set(taskId, { task_id: taskId, title, status, updated: events.at(-1)!.time, ...head! });
      const before = owed.get(taskId) ?? { isNew, events: 0 };
      owed.set(taskId, { isNew: before.isNew, events: before.events + events.length });
      const isDue = drafts.some(({ type }) => URGENT.has(type)) || owed.get(taskId)!.events >= 64;
      return { events, durable: publish([...events, ...(isDue ? commitHead(taskId) : [])]) };
    },
    readTask(taskId) {
      const log = taskLogs.get(taskId);
      if (log === undefined) throw new ReeveError('NOT_FOUND', `There is no task ${taskId}.`);
      return iterate(log.events);
    },
    readProject: () => iterate(projectLog.events),
    flush: () => publish([...owed.keys()].flatMap(commitHead)),
  };
}

interface MemoryLog {
  readonly events: readonly LedgerEvent[];
  head(): LogHead | null;
  append(actor: Actor, drafts: readonly EventDraft[]): readonly LedgerEvent[];
}

function createMemoryLog(project_id: string, task_id: string | undefined, stamps: EventStamps): MemoryLog {
  const log_id = randomBytes(16).toString('hex');
  const events: LedgerEvent[] = [];
  let head: LogHead | null = null;
  return {
    events,
    head: () => head,
    append(actor, drafts) {
      const added: LedgerEvent[] = [];
      let end: LogHead | null = head;
      for (const draft of drafts) {
        const seq: number = (end?.seq ?? 0) + 1;
        const place = { log_id, seq, prev_event_hash: end?.event_hash ?? null, project_id, task_id };
        const { event, text } = buildEventLine(place, stamps.next(), actor, draft);
        added.push(event);
        const bytes: number = (end?.bytes ?? 0) + Buffer.byteLength(text) + 1;
        end = { log_id, seq, event_hash: event.event_hash, bytes };
      }
      events.push(...added);
      head = end;
      return added;
    },
  };
}

async function* iterate(events: readonly LedgerEvent[]): AsyncGenerator<LedgerEvent, void, undefined> {
  yield* [...events];
}
