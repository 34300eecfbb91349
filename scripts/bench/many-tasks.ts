import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildLines } from '../../daemon/ledger/build-lines.ts';
import { createEventStamps } from '../../daemon/ledger/event-stamps.ts';
import { taskLogPath } from '../../daemon/ledger/task-log.ts';
import type { LogHead } from '../../daemon/ports/ledger.ts';
import type { EventDraft } from '../../protocol/events.ts';
import type { Actor, TaskStatus } from '../../protocol/generated/types.ts';

const ACTOR: Actor = { kind: 'daemon', id: 'reeve' };

/** How large a project is to be. */
export interface ProjectSize {
  readonly tasks: number;
  /** The newest of them, which stay open. */
  readonly openTasks: number;
  readonly eventsPerTask: number;
}

/** Heads that are committed per task: at its opening, on the way, and at its end. */
const HEADS = 4;

/**
 * Writes a project with many tasks as a daemon would have left it, line by line by the ledger's own code, but without
 * its syncs: years of work in a minute.
 */
export function writeManyTasks(root: string, projectId: string, size: ProjectSize): void {
  const folder = join(root, projectId);
  mkdirSync(folder, { recursive: true });
  const stamps = createEventStamps({ now: () => Date.now() });
  const target = { log_id: randomBytes(16).toString('hex'), project_id: projectId };
  const fd = openSync(join(folder, 'events.jsonl'), 'wx');
  let head: LogHead | null = null;
  const append = (drafts: readonly EventDraft[]): void => {
    const built = buildLines(stamps, target, head, ACTOR, drafts);
    head = built.head;
    writeSync(fd, built.text);
  };
  append([{ type: 'project.created', data: { project_id: projectId, reeve_version: '0.0.0-bench' } }]);
  for (let index = 0; index < size.tasks; index += 1) {
    const isOpen = index >= size.tasks - size.openTasks;
    append(writeTask(folder, projectId, `T-${index}`, reportedTask(projectId, size.eventsPerTask, isOpen)));
  }
  closeSync(fd);

  /** Answers with the lines that the project log gets for it. */
  function writeTask(
    projectFolder: string,
    project_id: string,
    task_id: string,
    drafts: readonly EventDraft[],
  ): readonly EventDraft[] {
    const log_id = randomBytes(16).toString('hex');
    const { text, events } = buildLines(stamps, { log_id, project_id, task_id }, null, ACTOR, drafts);
    const path = taskLogPath(projectFolder, task_id);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    const genesis = String(events[0]?.event_hash);
    const created: EventDraft = {
      type: 'task.created',
      data: { task_id, log_id, title: titleOf(task_id), genesis },
    };
    const lines = text.split('\n');
    const bytesTo = (seq: number) => lines.slice(0, seq).reduce((sum, line) => sum + line.length + 1, 0);
    const heads = Array.from({ length: HEADS }, (_, n): EventDraft => {
      const seq = 1 + Math.round((n * (events.length - 1)) / (HEADS - 1));
      const head_hash = String(events[seq - 1]?.event_hash);
      const status = statusOf(drafts, seq);
      return {
        type: 'head.committed',
        data: { task_id, log_id, seq, head_hash, bytes: bytesTo(seq), status },
      };
    });
    return [created, ...heads];
  }
}

/** The events of a task that an outside tool reported, closed at the end or left open. */
export function reportedTask(projectId: string, events: number, isOpen: boolean): readonly EventDraft[] {
  const opened: EventDraft = {
    type: 'task.opened',
    data: { project_id: projectId, title: titleOf('of the benchmark') },
  };
  const reports = Array.from({ length: events - (isOpen ? 1 : 2) }, (_, s) => reported(s));
  const closed: EventDraft = {
    type: 'task.closed',
    data: { final_status: 'rejected', reason_code: 'COMMAND_FAILED', detail: 'the benchmark is over' },
  };
  return isOpen ? [opened, ...reports] : [opened, ...reports, closed];
}

function titleOf(what: string): string {
  return `A task with a title as people write them: ${what}`;
}

function statusOf(drafts: readonly EventDraft[], seq: number): TaskStatus {
  return drafts[seq - 1]?.type === 'task.closed' ? 'rejected' : 'waiting';
}

function reported(s: number): EventDraft {
  const data = {
    attempt_id: `A_${s}`,
    r: 0,
    s,
    recorded_by: 'tool',
    result: 'FAIL',
    controller_verdict: null,
    reason_code: 'COMMAND_FAILED',
    reason_detail: 'exit 1',
    next_action: 'RETRY',
    criteria: [],
    gates: [],
    findings: [],
    finding_count: 0,
    commands: [],
    files_changed: [],
    files_changed_count: 0,
    base_commit: null,
    tree: null,
    review: null,
    step_result: null,
    patch: null,
    snapshot: null,
    usage: null,
    duration_ms: 0,
  } as const;
  return { type: 'attempt.recorded', data, run_id: 'T_run', step_id: 'S1' };
}
