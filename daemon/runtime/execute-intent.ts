import type { Intent } from '../domain/plan.ts';
import type { TaskState } from '../domain/task-state.ts';
import { dispatchAttempt } from './dispatch-attempt.ts';
import type { KernelContext } from './kernel-context.ts';
import type { ProjectRuntime } from './project-runtime.ts';
import { interruptAttempt, resumeReview } from './recover-attempt.ts';
import { commitWork, requestRework } from './settle-step.ts';

/** Carries out one intent: one effect, whose outcome is recorded as events. */
export async function executeIntent(
  context: KernelContext,
  project: ProjectRuntime,
  state: TaskState,
  intent: Intent,
): Promise<void> {
  const { taskId } = state;
  if (intent.type === 'close') {
    const close = { final_status: intent.finalStatus, reason_code: intent.reasonCode, detail: intent.detail };
    await project.apply(taskId, { type: 'close', close });
    return;
  }
  const step = state.steps.get(intent.stepId);
  if (step === undefined) return;
  switch (intent.type) {
    case 'dispatch':
      return await dispatchAttempt(context, project, taskId, step, intent);
    case 'interrupt':
      return await interruptAttempt(context, project, taskId, step);
    case 'review':
      return await resumeReview(context, project, taskId, step);
    case 'commit':
      return await commitWork(context, project, taskId, step);
    case 'requestRework':
      return await requestRework(context, project, taskId, step);
    case 'escalate': {
      const escalation = { reason_code: intent.reasonCode, detail: intent.detail };
      await project.apply(taskId, { type: 'escalate', stepId: step.stepId, escalation });
    }
  }
}
