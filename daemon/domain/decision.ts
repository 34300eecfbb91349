import { formatPointer } from '../../protocol/attempt-pointer.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import type { EventDraft } from '../../protocol/events.ts';
import type { EventDataByType } from '../../protocol/generated/types.ts';
import type { StepState } from './task-state.ts';

/** Events to append, or a refusal that is an answer. No events at all: it had happened already. */
export type Decision =
  | { readonly ok: true; readonly drafts: readonly EventDraft[] }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly hint: string };

/** It had happened already: there is nothing to append. */
export const nothing: Decision = { ok: true, drafts: [] };

/** These events follow. */
export function accept(drafts: readonly EventDraft[]): Decision {
  return { ok: true, drafts };
}

/** This cannot follow; the hint says what could. */
export function refuse(code: ErrorCode, message: string, hint: string): Decision {
  return { ok: false, code, message, hint };
}

/** Refuses what breaks the R/S rule, and says the rule. */
export function outOfOrder(
  step: StepState | null,
  pointer: { readonly r: number; readonly s: number } | null,
): Decision {
  const at =
    step?.latest == null ? 'no attempt is recorded yet' : `the latest is ${formatPointer(step.latest)}`;
  const wanted = pointer === null ? 'this attempt' : formatPointer(pointer);
  return refuse(
    'ATTEMPT_OUT_OF_ORDER',
    `${wanted} is not what follows: ${at}`,
    'the first attempt is R0/S0; a retry is S+1 of the same R; a revision is R+1/S0',
  );
}

/** An event of a step, under its run. */
export function draft<T extends EventDraft['type']>(
  step: StepState,
  type: T,
  data: EventDataByType[T],
): EventDraft {
  // The pairing of type and data is what the signature says; a generic union is beyond the checker.
  return { type, data, run_id: step.runId, step_id: step.stepId } as unknown as EventDraft;
}
