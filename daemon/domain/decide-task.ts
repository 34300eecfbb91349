import { isLegalNext } from '../../protocol/attempt-pointer.ts';
import type { EventDraft } from '../../protocol/events.ts';
import type { TaskClosedData } from '../../protocol/generated/types.ts';
import {
  escalate,
  recordAttempt,
  recordCommit,
  requestRework,
  startAttempt,
  whileStarted,
} from './decide-attempt.ts';
import { accept, draft, nothing, outOfOrder, refuse, type Decision } from './decision.ts';
import type { StepState, TaskState } from './task-state.ts';
import type { TaskCommand } from './task-command.ts';

/** Decides one command against one task: pure, synchronous, total. */
export function decideTask(command: TaskCommand, state: TaskState): Decision {
  if (state.closed !== null) return decideAfterClose(command, state, state.closed);
  switch (command.type) {
    case 'acceptPack':
      return acceptPack(command, state);
    case 'requestRework':
      return onStep(state, command.stepId, (step) => requestRework(command.rework, step));
    case 'startAttempt':
      return onStep(state, command.stepId, (step) => startAttempt(command.attempt, step));
    case 'recordSpawn':
      return onStep(state, command.stepId, (step) => whileStarted(step, 'worker.spawned', command.spawned));
    case 'recordExit':
      return onStep(state, command.stepId, (step) => whileStarted(step, 'worker.exited', command.exited));
    case 'interruptAttempt':
      return onStep(state, command.stepId, (step) =>
        whileStarted(step, 'attempt.interrupted', command.interrupted),
      );
    case 'recordAttempt':
      return onStep(state, command.stepId, (step) => recordAttempt(command.outcome, step));
    case 'reportAttempt':
      return reportAttempt(command, state);
    case 'recordCommit':
      return onStep(state, command.stepId, (step) => recordCommit(command.commit, step));
    case 'escalate':
      return onStep(state, command.stepId, (step) => escalate(command.escalation, step));
    case 'resetStep':
      return resetStep(command.reason, state);
    case 'close':
      return close(command, state);
  }
}

function decideAfterClose(command: TaskCommand, state: TaskState, closed: TaskClosedData): Decision {
  if (command.type === 'acceptPack' && isKnown(state, command.stepId, command.pack.pack_sha256))
    return nothing;
  return refuse(
    'TASK_CLOSED',
    `task ${state.taskId} is closed (${closed.final_status}); nothing may follow its one final close`,
    'give the new work a task_id of its own',
  );
}

function acceptPack(command: Extract<TaskCommand, { type: 'acceptPack' }>, state: TaskState): Decision {
  const { pack, stepId, runId } = command;
  if (isKnown(state, stepId, pack.pack_sha256)) return nothing;
  const step = state.steps.get(stepId);
  const conflict = step === undefined ? null : packConflict(step, runId);
  if (conflict !== null) return conflict;
  const r = step?.latest == null ? 0 : step.latest.r + 1;
  const opened: EventDraft[] = isNew(state)
    ? [{ type: 'task.opened', data: { project_id: command.projectId, title: command.title } }]
    : [];
  return accept([...opened, { type: 'pack.accepted', data: { ...pack, r }, run_id: runId, step_id: stepId }]);
}

/** A step takes other bytes only as a revision, under a run id of its own, once its present pack is at its end. */
function packConflict(step: StepState, runId: string): Decision | null {
  const name = `step ${step.stepId}`;
  if (step.phase.type === 'done') {
    return refuse('CONFLICT', `${name} is accepted already`, 'give the new work a step_id of its own');
  }
  if (step.pack !== null && runId === step.runId) {
    return refuse(
      'CONFLICT',
      `a pack with the same task_id, run_id and step_id but other bytes was accepted before`,
      'a changed pack is a revision: give it a run_id of its own, or hand in a ReworkPack',
    );
  }
  if (step.phase.type !== 'needs_person' && step.phase.type !== 'reported') {
    return refuse(
      'CONFLICT',
      `${name} is still being worked on`,
      'wait for its end, or close the task first',
    );
  }
  return null;
}

/** The manual logger: an outside tool keeps the R/S order that Reeve itself keeps. */
function reportAttempt(command: Extract<TaskCommand, { type: 'reportAttempt' }>, state: TaskState): Decision {
  const { outcome, stepId, runId } = command;
  const step = state.steps.get(stepId);
  if (step !== undefined && step.pack !== null) {
    return refuse(
      'CONFLICT',
      `step ${stepId} is carried out by Reeve; an outside tool cannot report attempts for it`,
      'report under a step_id of its own',
    );
  }
  const latest = step?.latest ?? null;
  if (!isLegalNext(latest, outcome)) return outOfOrder(step ?? null, outcome);
  const opened: EventDraft[] = isNew(state)
    ? [{ type: 'task.opened', data: { project_id: command.projectId, title: command.title } }]
    : [];
  const next_action = outcome.result === 'PASS' ? 'CLOSE' : 'RETRY';
  return accept([
    ...opened,
    { type: 'attempt.recorded', data: { ...outcome, next_action }, run_id: runId, step_id: stepId },
  ]);
}

function resetStep(reason: string, state: TaskState): Decision {
  const waiting = [...state.steps.values()].filter(
    (step) => step.phase.type === 'needs_person' && step.pack !== null,
  );
  if (waiting.length === 0) {
    return refuse(
      'CONFLICT',
      `no step of task ${state.taskId} needs a person`,
      'run `reeve why` to see where it stands',
    );
  }
  return accept(waiting.map((step) => draft(step, 'step.reset', { step_id: step.stepId, reason })));
}

function close(command: Extract<TaskCommand, { type: 'close' }>, state: TaskState): Decision {
  const steps = [...state.steps.values()];
  if (steps.length === 0) {
    return refuse(
      'NOT_FOUND',
      `task ${state.taskId} has no step to close`,
      'check the task id with `reeve status`',
    );
  }
  const live = steps.find(({ phase }) => phase.type === 'started' || phase.type === 'exited');
  if (live !== undefined) {
    return refuse(
      'CONFLICT',
      `step ${live.stepId} is being worked on`,
      'stop the daemon or wait for the attempt to end',
    );
  }
  if (command.close.final_status === 'accepted' && !steps.every(isAcceptable)) {
    return refuse(
      'CONFLICT',
      `task ${state.taskId} cannot be accepted: its latest attempt is not a PASS with the controller's PASS`,
      'close it as rejected or abandoned, or let it be worked on again',
    );
  }
  return accept([{ type: 'task.closed', data: command.close }]);
}

/** Accepted means the latest attempt passed by the controller's own verdict, and its work, where Reeve did it, is a commit. */
function isAcceptable(step: StepState): boolean {
  const passed = step.latest?.result === 'PASS' && step.latest.controller_verdict === 'PASS';
  return passed && (step.pack === null || step.phase.type === 'done');
}

function onStep(state: TaskState, stepId: string, decide: (step: StepState) => Decision): Decision {
  const step = state.steps.get(stepId);
  if (step !== undefined) return decide(step);
  return refuse('NOT_FOUND', `task ${state.taskId} has no step ${stepId}`, 'check the ids with `reeve why`');
}

function isKnown(state: TaskState, stepId: string, digest: string): boolean {
  return state.steps.get(stepId)?.digests.has(digest) ?? false;
}

function isNew(state: TaskState): boolean {
  return state.steps.size === 0 && state.title === '';
}
