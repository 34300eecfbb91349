import { formatPointer } from '../../protocol/attempt-pointer.ts';
import { dependenciesOf, taskStatus, type StepState, type TaskState } from './task-state.ts';

/** Says in one sentence where a task stands, and what is next and by whom. */
export function explainTask(state: TaskState): string {
  if (state.closed !== null) {
    return `Closed as ${state.closed.final_status}: ${state.closed.detail}.`;
  }
  const steps = [...state.steps.values()];
  const telling =
    steps.find((step) => step.phase.type === 'needs_person') ??
    steps.find((step) => step.phase.type !== 'done') ??
    steps.at(-1);
  return telling === undefined ? 'Nothing is known of this task.' : explainStep(state, telling);
}

function explainStep(state: TaskState, step: StepState): string {
  const { phase, stepId } = step;
  switch (phase.type) {
    case 'owed':
      return `Step ${stepId} waits for its turn as ${formatPointer(phase)}${dependencies(step)}.`;
    case 'started':
      return `Step ${stepId} is being worked on: ${formatPointer(phase.attempt)} by worker ${phase.attempt.worker}.`;
    case 'exited':
      return `Step ${stepId}: the worker of ${formatPointer(phase.attempt)} has ended; its work is being judged.`;
    case 'judged':
      return `Step ${stepId}: ${formatPointer(phase.attempt)} ended ${phase.attempt.reason_code}; next is ${phase.attempt.next_action}.`;
    case 'needs_person':
      return (
        `Step ${stepId} needs a person (${phase.reasonCode}): ${phase.detail}. ` +
        `Continue with \`reeve retry ${state.taskId} --reset\` or a ReworkPack, ` +
        `or end it with \`reeve close ${state.taskId} --status rejected\`.`
      );
    case 'done':
      return `Step ${stepId} is accepted as ${phase.commit.slice(0, 12)} on ${phase.branch}; the task is ${taskStatus(state)} for more steps.`;
    case 'reported':
      return `Step ${stepId} is reported by an outside tool; the latest is ${formatPointer(phase.attempt)} ${phase.attempt.result}.`;
  }
}

function dependencies(step: StepState): string {
  const needed = dependenciesOf(step);
  return needed.length === 0 ? '' : `, after ${needed.join(', ')}`;
}
