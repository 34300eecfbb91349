import type { EventDraft } from '../../protocol/events.ts';
import type {
  AttemptRecordedData,
  PackAcceptedData,
  ReworkRequestedData,
} from '../../protocol/generated/types.ts';
import { reasonCodeInfo } from '../../protocol/reason-codes.ts';
import type { Budget, StepPhase, StepState, TaskState } from './task-state.ts';

const FRESH: Budget = { attempts: 0, reworkRounds: 0, infrastructureFailures: 0 };

/**
 * Folds one event of a task's log into its state; total: an event that makes no sense here changes nothing.
 *
 * The ledger is the only truth, so replay must never throw on what it once accepted.
 */
export function evolveTask(state: TaskState, event: EventDraft): TaskState {
  if (event.type === 'task.opened') return { ...state, title: event.data.title };
  if (event.type === 'task.closed') return { ...state, closed: event.data };
  if (event.step_id === undefined || event.run_id === undefined) return state;
  const before = state.steps.get(event.step_id) ?? newStep(event.step_id, event.run_id);
  const after = evolveStep(before, event, event.run_id);
  if (after === before) return state;
  return { ...state, steps: new Map(state.steps).set(event.step_id, after) };
}

function newStep(stepId: string, runId: string): StepState {
  return {
    stepId,
    runId,
    pack: null,
    digests: new Set(),
    base: null,
    rework: null,
    phase: { type: 'needs_person', reasonCode: 'CONTRACT_GUARD_BLOCKED', detail: 'no pack was accepted yet' },
    budget: FRESH,
    dispatches: 0,
    latest: null,
    problemsBefore: null,
  };
}

function evolveStep(step: StepState, event: EventDraft, runId: string): StepState {
  switch (event.type) {
    case 'pack.accepted':
      return withPack(step, event.data, runId);
    case 'rework.requested':
      return withRework(step, event.data);
    case 'attempt.started':
      return {
        ...step,
        dispatches: event.data.dispatch + 1,
        base: {
          commit: event.data.base_commit,
          startTree: event.data.start_tree,
          control: step.base?.control ?? event.data.control_sha256,
        },
        phase: { type: 'started', attempt: event.data, spawned: null },
      };
    case 'worker.spawned':
      return step.phase.type === 'started'
        ? { ...step, phase: { ...step.phase, spawned: event.data } }
        : step;
    case 'worker.exited':
      return step.phase.type === 'started'
        ? { ...step, phase: { type: 'exited', attempt: step.phase.attempt, exited: event.data } }
        : step;
    case 'attempt.interrupted':
      return {
        ...step,
        phase: { type: 'owed', r: event.data.r, s: event.data.s },
        budget: { ...step.budget, infrastructureFailures: step.budget.infrastructureFailures + 1 },
      };
    case 'attempt.recorded':
      return withOutcome(step, event.data);
    case 'work.committed':
      return { ...step, phase: { type: 'done', branch: event.data.branch, commit: event.data.commit } };
    case 'task.escalated':
      return {
        ...step,
        phase: { type: 'needs_person', reasonCode: event.data.reason_code, detail: event.data.detail },
      };
    case 'step.reset':
      return {
        ...step,
        base: step.base === null ? null : { ...step.base, control: null },
        budget: FRESH,
        problemsBefore: null,
        phase: owedAfter(step),
      };
    default:
      // Unknown types are kept in the log and shown, and mean nothing to the state.
      return step;
  }
}

function withPack(step: StepState, pack: PackAcceptedData, runId: string): StepState {
  return {
    ...step,
    runId,
    pack,
    base: null,
    rework: null,
    digests: new Set(step.digests).add(pack.pack_sha256),
    phase: { type: 'owed', r: pack.r, s: 0 },
    budget: FRESH,
    problemsBefore: null,
  };
}

function withRework(step: StepState, rework: ReworkRequestedData): StepState {
  const byController = rework.source === 'controller';
  const tree = step.latest?.tree ?? null;
  return {
    ...step,
    rework,
    base: step.base === null || tree === null ? step.base : { ...step.base, startTree: tree },
    digests: new Set(step.digests).add(rework.rework_sha256),
    phase: { type: 'owed', r: rework.target_revision, s: 0 },
    budget: byController ? { ...FRESH, reworkRounds: step.budget.reworkRounds + 1 } : FRESH,
    problemsBefore: byController ? rework.open_problems : null,
  };
}

function withOutcome(step: StepState, attempt: AttemptRecordedData): StepState {
  const consumed = reasonCodeInfo(attempt.reason_code).consumesRetry;
  const budget: Budget = consumed
    ? { ...step.budget, attempts: step.budget.attempts + 1, infrastructureFailures: 0 }
    : { ...step.budget, infrastructureFailures: step.budget.infrastructureFailures + 1 };
  return { ...step, budget, latest: attempt, phase: phaseAfter(attempt, consumed) };
}

function phaseAfter(attempt: AttemptRecordedData, consumed: boolean): StepPhase {
  if (attempt.recorded_by === 'tool') return { type: 'reported', attempt };
  if (attempt.next_action !== 'RETRY') return { type: 'judged', attempt };
  return { type: 'owed', r: attempt.r, s: consumed ? attempt.s + 1 : attempt.s };
}

/** A reset repeats the identical pack, so it is the next S of the same R. */
function owedAfter(step: StepState): StepPhase {
  return step.latest === null
    ? { type: 'owed', r: 0, s: 0 }
    : { type: 'owed', r: step.latest.r, s: step.latest.s + 1 };
}
