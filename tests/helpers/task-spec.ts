import assert from 'node:assert/strict';
import type { EventDraft } from '../../protocol/events.ts';
import type {
  AttemptRecordedData,
  AttemptStartedData,
  PackAcceptedData,
  ReasonCode,
  ReworkRequestedData,
} from '../../protocol/generated/types.ts';
import { decideTask } from '../../daemon/domain/decide-task.ts';
import type { Decision } from '../../daemon/domain/decision.ts';
import type { TaskCommand } from '../../daemon/domain/task-command.ts';
import { evolveTask } from '../../daemon/domain/evolve-task.ts';
import { emptyTask, type TaskState } from '../../daemon/domain/task-state.ts';

/** Folds drafts into the state of task T-1. */
export function stateAfter(...drafts: readonly EventDraft[]): TaskState {
  return drafts.reduce(evolveTask, emptyTask('T-1'));
}

/** given(history).when(command) → the decision. */
export function given(...history: readonly EventDraft[]) {
  return { when: (command: TaskCommand): Decision => decideTask(command, stateAfter(...history)) };
}

export function accepted(decision: Decision): readonly EventDraft[] {
  assert.ok(decision.ok, decision.ok ? '' : decision.message);
  return decision.drafts;
}

export function refusedWith(decision: Decision, code: string): void {
  assert.equal(decision.ok ? 'accepted' : decision.code, code);
  assert.ok(decision.ok || decision.hint.length > 0);
}

const HASH = 'a'.repeat(64);
const COMMIT = 'c'.repeat(40);
const IDS = { run_id: 'T-1_run', step_id: 'S1' } as const;

export const opened: EventDraft = { type: 'task.opened', data: { project_id: 'p', title: 'A task' } };

export function packData(change: Partial<PackAcceptedData> = {}): PackAcceptedData {
  return {
    pack_sha256: HASH,
    bytes: 10,
    file: `packs/${HASH}.json`,
    source: 'inbox',
    name: 'pack.json',
    step_title: 'A step',
    criteria: ['AC1', 'AC2'],
    worker: null,
    retry: { max_attempts: 2, retry_on: ['COMMAND_FAILED'], max_rework_rounds: 1, on_exhausted: 'escalate' },
    closes_task: true,
    depends_on: [],
    priority: 0,
    warning_count: 0,
    r: 0,
    ...change,
  };
}

export function pack(
  change: Partial<PackAcceptedData> = {},
  ids: Partial<typeof IDS> | Record<string, string> = {},
): EventDraft {
  return { type: 'pack.accepted', data: packData(change), ...IDS, ...ids };
}

export function acceptPack(
  change: Partial<PackAcceptedData> = {},
  ids: { readonly runId?: string; readonly stepId?: string } = {},
): TaskCommand {
  const { r: _, ...data } = packData(change);
  return {
    type: 'acceptPack',
    projectId: 'p',
    runId: ids.runId ?? 'T-1_run',
    stepId: ids.stepId ?? 'S1',
    title: 'A task',
    pack: data,
  };
}

function startedData(r: number, s: number, change: Partial<AttemptStartedData> = {}): AttemptStartedData {
  return {
    attempt_id: `A_${r}_${s}`,
    r,
    s,
    dispatch: 0,
    worker: 'w',
    worker_kind: 'command',
    base_commit: COMMIT,
    start_tree: 'd'.repeat(40),
    repository: '/repo',
    worktree: 'worktrees/p/T-1/A',
    branch: 'reeve/T-1/T-1_run',
    pack_sha256: HASH,
    rework_sha256: null,
    control_sha256: HASH,
    limits: { runtime_sec: 1, silence_sec: 1, memory_mb: 1, output_mb: 1 },
    ...change,
  };
}

export function started(r: number, s: number, change: Partial<AttemptStartedData> = {}): EventDraft {
  return { type: 'attempt.started', data: startedData(r, s, change), ...IDS };
}

export function startAttempt(r: number, s: number): TaskCommand {
  const { dispatch: _, ...attempt } = startedData(r, s);
  return { type: 'startAttempt', stepId: 'S1', attempt };
}

export function spawned(r: number, s: number): EventDraft {
  const data = { attempt_id: `A_${r}_${s}`, pid: 7, start_time: '1', argv: ['w'], executable: '/bin/w' };
  return { type: 'worker.spawned', data, ...IDS };
}

export function exited(r: number, s: number): EventDraft {
  const stream = { artifact: null, bytes: 0, truncated: false };
  const end = {
    exit_code: 0,
    signal: null,
    cause: 'exited',
    duration_ms: 1,
    peak_memory_bytes: 0,
    survivors: [],
  } as const;
  const data = {
    attempt_id: `A_${r}_${s}`,
    end,
    stdout: stream,
    stderr: stream,
    tree: 'e'.repeat(40),
    unmeasured: [],
  };
  return { type: 'worker.exited', data, ...IDS };
}

export function outcomeData(
  r: number,
  s: number,
  code: ReasonCode,
  change: Partial<AttemptRecordedData> = {},
): AttemptRecordedData {
  const passed = code === 'PASS_ALL_CRITERIA';
  return {
    attempt_id: `A_${r}_${s}`,
    r,
    s,
    recorded_by: 'controller',
    result: passed ? 'PASS' : 'FAIL',
    controller_verdict: passed ? 'PASS' : 'FAIL',
    reason_code: code,
    reason_detail: 'because',
    next_action: passed ? 'CLOSE' : 'RETRY',
    criteria: ['AC1', 'AC2'].map((id) => ({ id, met: passed })),
    gates: [],
    findings: [],
    finding_count: 0,
    commands: [],
    files_changed: [],
    files_changed_count: 0,
    base_commit: COMMIT,
    tree: 'e'.repeat(40),
    review: null,
    step_result: null,
    patch: null,
    snapshot: null,
    usage: null,
    duration_ms: 1,
    ...change,
  };
}

export function recorded(
  r: number,
  s: number,
  code: ReasonCode,
  change: Partial<AttemptRecordedData> = {},
): EventDraft {
  return { type: 'attempt.recorded', data: outcomeData(r, s, code, change), ...IDS };
}

export function recordAttempt(
  r: number,
  s: number,
  code: ReasonCode,
  change: Partial<AttemptRecordedData> = {},
): TaskCommand {
  const { next_action: _, ...outcome } = outcomeData(r, s, code, change);
  return { type: 'recordAttempt', stepId: 'S1', outcome };
}

export function interrupted(r: number, s: number): EventDraft {
  const data = { attempt_id: `A_${r}_${s}`, r, s, detail: 'gone', orphans: [], snapshot: null };
  return { type: 'attempt.interrupted', data, ...IDS };
}

export function reworkData(target: number, change: Partial<ReworkRequestedData> = {}): ReworkRequestedData {
  return {
    rework_sha256: 'b'.repeat(64),
    bytes: 10,
    file: 'packs/b.rework.json',
    source: 'controller',
    source_attempt: { attempt_id: `A_${target - 1}_0`, r: target - 1, s: 0 },
    target_revision: target,
    criteria: ['AC1', 'AC2'],
    open_problems: 2,
    ...change,
  };
}

export function rework(target: number, change: Partial<ReworkRequestedData> = {}): EventDraft {
  return { type: 'rework.requested', data: reworkData(target, change), ...IDS };
}

export function committed(r: number, s: number): EventDraft {
  const data = {
    attempt_id: `A_${r}_${s}`,
    branch: 'reeve/T-1/T-1_run',
    commit: COMMIT,
    tree: 'e'.repeat(40),
    base_commit: COMMIT,
  };
  return { type: 'work.committed', data, ...IDS };
}

export function escalated(code: ReasonCode = 'RETRY_EXHAUSTED'): EventDraft {
  return { type: 'task.escalated', data: { step_id: 'S1', reason_code: code, detail: 'used up' }, ...IDS };
}

export const closed: EventDraft = {
  type: 'task.closed',
  data: { final_status: 'accepted', reason_code: 'PASS_ALL_CRITERIA', detail: 'every criterion is met' },
};

/** The whole straight way: dispatched, worked, judged. */
export function attempt(
  r: number,
  s: number,
  code: ReasonCode,
  change: Partial<AttemptRecordedData> = {},
): readonly EventDraft[] {
  return [started(r, s), spawned(r, s), exited(r, s), recorded(r, s, code, change)];
}
