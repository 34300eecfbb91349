import { createHash } from 'node:crypto';
import type {
  DaemonServices,
  SubmitAnswer,
  SubmitRequest,
  TaskDetail,
  TaskSummary,
} from '../../daemon/ports/services.ts';
import { ReeveError } from '../../protocol/errors.ts';
import type { EventOf, LedgerEvent } from '../../protocol/events.ts';
import type { TaskStatus } from '../../protocol/generated/types.ts';

/** An in-memory daemon: real enough for its edges, with knobs a test can turn. */
export interface FakeServices extends DaemonServices {
  /** Every durable event, in id order. */
  readonly events: LedgerEvent[];
  /** Every call of a command, in order. */
  readonly calls: (readonly [name: string, ...args: unknown[]])[];
  /** Replaces single commands. */
  override(commands: Partial<DaemonServices['commands']>): void;
  /** Makes an event durable and announces it. */
  announce(taskId: string, options?: AnnounceOptions): LedgerEvent;
  /** Announces an event made with `announced: false`, and puts it in its place if it is not there. */
  reannounce(event: LedgerEvent): void;
  addTask(taskId: string, status: TaskStatus, projectId?: string): void;
  setReady(ready: boolean, reasons?: readonly string[]): void;
  readonly subscribers: () => number;
  /** Awaited before each event a query yields: where a test lets time pass. */
  pace: () => Promise<void>;
  stop: DaemonServices['stop'];
}

export interface AnnounceOptions {
  readonly projectId?: string;
  /** Bytes of filling, for slow-reader tests. */
  readonly filling?: number;
  /** When false the event is in its file but not announced yet, as before its fsync. */
  readonly announced?: boolean;
}

export function createFakeServices(): FakeServices {
  const events: LedgerEvent[] = [];
  const calls: (readonly [string, ...unknown[]])[] = [];
  const tasks: TaskSummary[] = [];
  const listeners = new Set<(event: LedgerEvent) => void>();
  let readiness: { ready: boolean; reasons: readonly string[] } = { ready: true, reasons: [] };
  let made = 0;
  let overrides: Partial<DaemonServices['commands']> = {};

  const commands: DaemonServices['commands'] = {
    async submitPack(request) {
      return acceptedAnswer(request);
    },
    async reportAttempt(projectId, taskId) {
      return fake.announce(taskId, { projectId });
    },
    async closeTask(projectId, taskId) {
      return fake.announce(taskId, { projectId });
    },
    async retryTask(projectId, taskId) {
      return fake.announce(taskId, { projectId });
    },
    async exportArchive({ file }) {
      const note = `reeve/${'1'.repeat(32)}\n2\n${Buffer.alloc(32).toString('base64')}\n`;
      const rest = { note, is_signed: true, tasks_left_out: 0, redacted: 0, left_out: [] };
      return { archive: file, archive_id: 'a'.repeat(64), bytes: 10, files: 1, heads: HEADS, ...rest };
    },
    async importArchive({ as }) {
      return {
        project_id: as ?? 'default',
        from_project_id: 'default',
        archive_id: 'a'.repeat(64),
        outcome: as === null ? 'identical' : 'imported',
        heads: HEADS,
      };
    },
    async recordAnchor(projectId) {
      return fake.announce('T1', { projectId });
    },
    async rebuild() {
      return { projects: 1, tasks: tasks.length };
    },
  };

  const fake: FakeServices = {
    events,
    calls,
    pace: async () => {},
    override(commandOverrides) {
      overrides = commandOverrides;
    },
    announce(taskId, options = {}) {
      const event = fakeEvent(events, (made += 1), taskId, options);
      events.push(event);
      if (options.announced !== false) for (const listener of listeners) listener(event);
      return event;
    },
    reannounce(event) {
      if (!events.includes(event)) events.push(event);
      events.sort((a, b) => (a.id < b.id ? -1 : 1));
      for (const listener of listeners) listener(event);
    },
    addTask(taskId, status, projectId = 'default') {
      tasks.push({ ...fakeSummary(taskId, status), project_id: projectId });
    },
    setReady(ready, reasons = []) {
      readiness = { ready, reasons };
    },
    subscribers: () => listeners.size,
    queries: {
      async listProjects() {
        return [
          {
            project_id: 'default',
            tasks: tasks.length,
            by_status: { running: 1 },
            events: 1,
            head_hash: HASH,
          },
        ];
      },
      async listTasks(projectId) {
        return tasks.filter((task) => projectId === undefined || task.project_id === projectId);
      },
      async overview(projectId) {
        return { tasks: await fake.queries.listTasks(projectId), counts: {} };
      },
      async findProjects(taskId) {
        return tasks.filter((task) => task.task_id === taskId).map(({ project_id }) => project_id);
      },
      async showTask(taskId, projectId) {
        const found = tasks.filter((task) => task.task_id === taskId);
        const task = found.find((one) => projectId === undefined || one.project_id === projectId);
        if (task === undefined) throw notFound(taskId);
        if (projectId === undefined && found.length > 1) throw new ReeveError('USAGE', 'Several.');
        return fakeDetail(task);
      },
      async *taskEvents(taskId, { afterSeq = 0 }) {
        const own = events.filter((event) => event.task_id === taskId);
        if (own.length === 0) throw notFound(taskId);
        for (const event of own) {
          if (event.seq <= afterSeq) continue;
          await fake.pace();
          yield event;
        }
      },
      async *allEvents({ after, projectId }) {
        for (let index = 0; index < events.length; index += 1) {
          const event = events[index];
          if (event === undefined || (after !== null && event.id <= after)) continue;
          await fake.pace();
          if (projectId === undefined || event.project_id === projectId) yield event;
        }
      },
    },
    commands: new Proxy(commands, {
      get(target, name: keyof typeof commands) {
        return (...args: unknown[]) => {
          calls.push([name, ...args]);
          return Reflect.apply(overrides[name] ?? target[name], null, args);
        };
      },
    }),
    defaultProject: 'default',
    newestEvent: () => null,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    running: () => [
      {
        project_id: 'default',
        task_id: 'T1',
        attempt: 'R0/S0',
        worker: 'fix',
        phase: 'worker',
        since: '2026-01-02T03:04:05.678Z',
      },
    ],
    readiness: () => readiness,
    stop: (reason) => void calls.push(['stop', reason]),
  };
  return fake;
}

const HASH = '0'.repeat(64);
const TIME = '2026-01-02T03:04:05.678Z';
const HEADS = [{ task_id: 'T1', seq: 3, event_hash: HASH }];

function notFound(taskId: string): ReeveError {
  return new ReeveError('NOT_FOUND', `No task ${taskId}.`, { hint: 'List the tasks.' });
}

/** The nth event's id: a UUIDv7 whose time is n. */
export function fakeEventId(n: number): string {
  const time = n.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}

function fakeEvent(
  events: readonly LedgerEvent[],
  n: number,
  taskId: string,
  options: AnnounceOptions,
): LedgerEvent {
  const seq = events.filter((event) => event.task_id === taskId).length + 1;
  const event: EventOf<'task.opened'> = {
    v: 1,
    log_id: createHash('md5').update(taskId).digest('hex'),
    seq,
    id: fakeEventId(n),
    time: TIME,
    type: 'task.opened',
    actor: { kind: 'daemon', id: 'reeve' },
    data: { project_id: options.projectId ?? 'default', title: 'x'.repeat(options.filling ?? 1) },
    project_id: options.projectId ?? 'default',
    task_id: taskId,
    prev_event_hash: seq === 1 ? null : HASH,
    event_hash: HASH,
  };
  return event;
}

function fakeSummary(taskId: string, status: TaskStatus): TaskSummary {
  return {
    project_id: 'default',
    task_id: taskId,
    title: `Title of ${taskId}`,
    status,
    updated: TIME,
    events: 3,
    head_hash: HASH,
  };
}

function fakeDetail(task: TaskSummary): TaskDetail {
  return {
    ...task,
    run_id: `${task.task_id}_run1`,
    step_id: 'S1',
    final_status: 'needs_person',
    reason_code: 'COMMAND_FAILED',
    explanation: 'It needs a person.',
    attempts: [
      {
        step_id: 'S1',
        r: 0,
        s: 0,
        attempt_id: 'A1',
        worker: 'fix',
        started: TIME,
        result: 'FAIL',
        reason_code: 'COMMAND_FAILED',
        reason_detail: 'exit 1',
        next_action: null,
        failed_gates: ['G1'],
        failed_criteria: ['AC1'],
        files_changed: ['src/a.ts'],
        commands: [{ command: 'npm test', exit_code: 1, duration_ms: 5, log_sha256: HASH }],
        rework_pack: null,
        duration_ms: 7,
      },
    ],
    branch: null,
    commit: null,
    ledger: { events: task.events, head_hash: task.head_hash },
  };
}

/** What the fake answers to any pack. */
export function acceptedAnswer(request: SubmitRequest): SubmitAnswer {
  return {
    outcome: 'accepted',
    project_id: request.projectId,
    task_id: 'T1',
    run_id: 'T1_run1',
    step_id: 'S1',
    pack_sha256: createHash('sha256').update(request.bytes).digest('hex'),
    problems: [],
    warnings: [],
    kept_as: null,
  };
}
