import { formatPointer } from '../../protocol/attempt-pointer.ts';
import type { FinalStatus, ReasonCode } from '../../protocol/generated/types.ts';
import { MAX_INFRASTRUCTURE_FAILURES } from './next-action.ts';
import { dependenciesOf, type StepState, type TaskState } from './task-state.ts';

/** One thing owed, as data; `daemon/runtime` carries it out and its outcome re-enters as a command. */
export type Intent =
  | { readonly type: 'dispatch'; readonly stepId: string; readonly r: number; readonly s: number }
  | { readonly type: 'interrupt'; readonly stepId: string }
  | { readonly type: 'review'; readonly stepId: string }
  | { readonly type: 'requestRework'; readonly stepId: string }
  | { readonly type: 'commit'; readonly stepId: string }
  | {
      readonly type: 'escalate';
      readonly stepId: string;
      readonly reasonCode: ReasonCode;
      readonly detail: string;
    }
  | {
      readonly type: 'close';
      readonly finalStatus: FinalStatus;
      readonly reasonCode: ReasonCode;
      readonly detail: string;
    };

/** How a dependency stands: `failed` can never be met any more without a person. */
export type DependencyStanding = 'accepted' | 'open' | 'failed';

/** What the plan cannot see in one task's own log. */
export interface PlanContext {
  /** Steps whose intent is being carried out right now. */
  readonly busy: ReadonlySet<string>;
  /** How another task of the project stands. */
  readonly dependency: (taskId: string) => DependencyStanding;
}

/** Answers "given the state, what is owed?"; level-triggered, so a crash is only an unfinished intent found again. */
export function plan(state: TaskState, context: PlanContext): readonly Intent[] {
  if (state.closed !== null) return [];
  const steps = [...state.steps.values()];
  const owed = steps
    .filter((step) => !context.busy.has(step.stepId))
    .flatMap((step) => planStep(state, step, context));
  if (owed.length > 0) return owed;
  return steps.length > 0 && steps.every((step) => step.phase.type === 'done') && closesTask(steps)
    ? [
        {
          type: 'close',
          finalStatus: 'accepted',
          reasonCode: 'PASS_ALL_CRITERIA',
          detail: 'every criterion is met',
        },
      ]
    : [];
}

function planStep(state: TaskState, step: StepState, context: PlanContext): readonly Intent[] {
  const { stepId, phase } = step;
  switch (phase.type) {
    case 'owed':
      return planDispatch(state, step, phase, context);
    case 'started':
      return [{ type: 'interrupt', stepId }];
    case 'exited':
      return [{ type: 'review', stepId }];
    case 'judged':
      return [consequence(step, phase.attempt)];
    case 'needs_person':
    case 'done':
    case 'reported':
      return [];
  }
}

function planDispatch(
  state: TaskState,
  step: StepState,
  phase: { readonly r: number; readonly s: number },
  context: PlanContext,
): readonly Intent[] {
  const { stepId } = step;
  if (step.budget.infrastructureFailures >= MAX_INFRASTRUCTURE_FAILURES) {
    const detail = `${step.budget.infrastructureFailures} attempts in a row were interrupted; none consumed a retry`;
    return [{ type: 'escalate', stepId, reasonCode: 'INTERRUPTED', detail }];
  }
  const standings = dependenciesOf(step).map((id) => ({
    id,
    standing: standingOf(state, id, context),
  }));
  const failed = standings.find(({ standing }) => standing === 'failed');
  if (failed !== undefined) {
    const detail = `depends on ${failed.id}, which did not end accepted`;
    return [{ type: 'escalate', stepId, reasonCode: 'CONTRACT_GUARD_BLOCKED', detail }];
  }
  if (standings.some(({ standing }) => standing === 'open') || isTaken(state, step, context)) return [];
  return [{ type: 'dispatch', stepId, r: phase.r, s: phase.s }];
}

/** The steps of a task build on one another's commits, on one branch: one is carried out at a time. */
function isTaken(state: TaskState, step: StepState, context: PlanContext): boolean {
  return [...state.steps.values()].some(
    (other) => other !== step && (context.busy.has(other.stepId) || UNDER_WAY.has(other.phase.type)),
  );
}

const UNDER_WAY: ReadonlySet<StepState['phase']['type']> = new Set(['started', 'exited', 'judged']);

/** A dependency is a step of the same task or another task of the project. */
function standingOf(state: TaskState, id: string, context: PlanContext): DependencyStanding {
  const sibling = state.steps.get(id);
  if (sibling === undefined) return context.dependency(id);
  return sibling.phase.type === 'done' ? 'accepted' : 'open';
}

function consequence(step: StepState, attempt: NonNullable<StepState['latest']>): Intent {
  const { stepId } = step;
  switch (attempt.next_action) {
    case 'CLOSE':
      return { type: 'commit', stepId };
    case 'REWORK':
      return { type: 'requestRework', stepId };
    case 'RETRY':
    case 'ESCALATE':
    case 'BLOCK':
      return exhausted(step, attempt);
  }
}

function exhausted(step: StepState, attempt: NonNullable<StepState['latest']>): Intent {
  const at = formatPointer(attempt);
  const tried = attempt.r > 0 || attempt.s > 0;
  const used = attempt.next_action === 'ESCALATE' && tried;
  const reasonCode = used ? 'RETRY_EXHAUSTED' : attempt.reason_code;
  const detail = used
    ? `retries and rework rounds are used up; ${at} ended ${attempt.reason_code}: ${attempt.reason_detail}`
    : `${at} ended ${attempt.reason_code}: ${attempt.reason_detail}`;
  if (attempt.next_action === 'ESCALATE' && step.pack?.retry.on_exhausted === 'reject') {
    return { type: 'close', finalStatus: 'rejected', reasonCode, detail };
  }
  return { type: 'escalate', stepId: step.stepId, reasonCode, detail };
}

function closesTask(steps: readonly StepState[]): boolean {
  return steps.some((step) => step.pack?.closes_task === true);
}
