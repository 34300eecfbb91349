import type {
  AttemptRecordedData,
  AttemptStartedData,
  EventDataByType,
  ReworkRequestedData,
  TaskEscalatedData,
  WorkCommittedData,
} from '../../protocol/generated/types.ts';
import { accept, draft, nothing, outOfOrder, refuse, type Decision } from './decision.ts';
import { nextAction } from './next-action.ts';
import type { StepState } from './task-state.ts';

/** A ReworkPack: the controller’s answers an attempt that asks for it, a person’s continues a step that waits for one. */
export function requestRework(rework: ReworkRequestedData, step: StepState): Decision {
  if (step.digests.has(rework.rework_sha256)) return nothing;
  const asked = step.phase.type === 'judged' && step.phase.attempt.next_action === 'REWORK';
  const allowed = rework.source === 'controller' ? asked : step.phase.type === 'needs_person';
  if (!allowed || step.latest === null || rework.target_revision !== step.latest.r + 1) {
    return refuse(
      'ATTEMPT_OUT_OF_ORDER',
      `a ReworkPack for revision ${rework.target_revision} of step ${step.stepId} does not follow from where it stands`,
      'a ReworkPack by hand continues a step that needs a person, at its latest revision plus one',
    );
  }
  return accept([draft(step, 'rework.requested', rework)]);
}

/** The intent, before the worker exists: only the pointer that is owed. */
export function startAttempt(attempt: Omit<AttemptStartedData, 'dispatch'>, step: StepState): Decision {
  if (step.phase.type !== 'owed' || step.phase.r !== attempt.r || step.phase.s !== attempt.s) {
    return outOfOrder(step, attempt);
  }
  return accept([draft(step, 'attempt.started', { ...attempt, dispatch: step.dispatches })]);
}

/** Spawn, exit and interruption belong to the one attempt under way. */
export function whileStarted<T extends 'worker.spawned' | 'worker.exited' | 'attempt.interrupted'>(
  step: StepState,
  type: T,
  data: EventDataByType[T],
): Decision {
  if (step.phase.type !== 'started' || step.phase.attempt.attempt_id !== data.attempt_id) {
    return refuse(
      'ATTEMPT_OUT_OF_ORDER',
      `${type} names attempt ${data.attempt_id}, which is not under way`,
      'run `reeve why` on the task to see where it stands',
    );
  }
  return accept([draft(step, type, data)]);
}

/** The outcome of the attempt under way; what follows from it is decided here, once, and recorded with it. */
export function recordAttempt(outcome: Omit<AttemptRecordedData, 'next_action'>, step: StepState): Decision {
  const phase = step.phase;
  const underWay = phase.type === 'started' || phase.type === 'exited' ? phase.attempt : null;
  if (underWay?.attempt_id !== outcome.attempt_id) return outOfOrder(step, outcome);
  return accept([draft(step, 'attempt.recorded', { ...outcome, next_action: actionAfter(outcome, step) })]);
}

function actionAfter(
  outcome: Omit<AttemptRecordedData, 'next_action'>,
  step: StepState,
): AttemptRecordedData['next_action'] {
  const openProblems = outcome.criteria.filter((criterion) => !criterion.met).length;
  return nextAction(step, { r: outcome.r, reasonCode: outcome.reason_code, openProblems });
}

/** The accepted tree became a commit: of the attempt that passed, and no other. */
export function recordCommit(commit: WorkCommittedData, step: StepState): Decision {
  const passed = step.phase.type === 'judged' && step.phase.attempt.result === 'PASS';
  if (!passed || step.latest?.attempt_id !== commit.attempt_id) return outOfOrder(step, step.latest);
  return accept([draft(step, 'work.committed', commit)]);
}

/** A person must decide; said once. */
export function escalate(escalation: Omit<TaskEscalatedData, 'step_id'>, step: StepState): Decision {
  if (step.phase.type === 'needs_person') return nothing;
  return accept([draft(step, 'task.escalated', { ...escalation, step_id: step.stepId })]);
}
