import { formatPointer } from '../../protocol/attempt-pointer.ts';
import type { AttemptStartedData } from '../../protocol/generated/types.ts';
import type { KernelContext, Phase } from './kernel-context.ts';

/** Tells the watchers that an attempt has come to a phase. */
export function enterPhase(
  context: KernelContext,
  attempt: AttemptStartedData,
  where: Pick<Phase, 'project_id' | 'task_id' | 'step_id'>,
  phase: Phase['phase'],
  more: Partial<Pick<Phase, 'detail' | 'output'>> = {},
): void {
  context.phases.set(attempt.attempt_id, {
    ...where,
    attempt: formatPointer(attempt),
    worker: attempt.worker,
    phase,
    since: new Date(context.clock.now()).toISOString(),
    detail: more.detail ?? '',
    output: more.output ?? null,
  });
}

/** The attempt is over, or left for the next start. */
export function leavePhases(context: KernelContext, attempt: AttemptStartedData): void {
  context.phases.delete(attempt.attempt_id);
}
