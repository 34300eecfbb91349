import type { AttemptRecordedData, ReasonCode } from '../../protocol/generated/types.ts';
import { reasonCodeInfo } from '../../protocol/reason-codes.ts';
import type { StepState } from './task-state.ts';

/**
 * Interruptions and infrastructure failures in a row before a person is asked.
 *
 * Bounded because a pack that brings the daemon down would otherwise be dispatched again at every start, for ever.
 */
export const MAX_INFRASTRUCTURE_FAILURES = 5;

/** What follows an attempt: the retry rules of `docs/protocol.md`. */
export function nextAction(
  step: StepState,
  outcome: { readonly r: number; readonly reasonCode: ReasonCode; readonly openProblems: number },
): AttemptRecordedData['next_action'] {
  if (outcome.reasonCode === 'PASS_ALL_CRITERIA') return 'CLOSE';
  const pack = step.pack;
  const info = reasonCodeInfo(outcome.reasonCode);
  if (pack === null || info.class === 'stop') return 'BLOCK';
  if (!info.consumesRetry) {
    const exhausted = step.budget.infrastructureFailures + 1 >= MAX_INFRASTRUCTURE_FAILURES;
    return info.retriable && !exhausted ? 'RETRY' : 'BLOCK';
  }
  const { retry } = pack;
  const isRetried = info.retriable && retry.retry_on.includes(outcome.reasonCode);
  if (isRetried && step.budget.attempts + 1 < retry.max_attempts) return 'RETRY';
  if (info.class === 'governance') return 'ESCALATE';
  const roundsLeft = step.budget.reworkRounds < retry.max_rework_rounds;
  return roundsLeft && hasImproved(step, outcome.openProblems) ? 'REWORK' : 'ESCALATE';
}

/** A rework round whose open problems did not strictly shrink would loop: it goes to a person instead. */
function hasImproved(step: StepState, openProblems: number): boolean {
  return step.problemsBefore === null || openProblems < step.problemsBefore;
}
