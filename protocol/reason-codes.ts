import type { ReasonCode } from './generated/types.ts';

/**
 * What kind of ending a reason code tells of.
 *
 * `work`: the work is not right yet; `violation`: it left its bounds; `infrastructure`: nobody's work failed;
 * `limit`: it used more than it was given; `governance`: a person or a rule must decide; `stop`: nothing follows.
 */
export type ReasonClass = 'pass' | 'work' | 'violation' | 'infrastructure' | 'limit' | 'governance' | 'stop';

/** What follows from a reason code. */
export interface ReasonCodeInfo {
  readonly class: ReasonClass;
  /** Whether trying the identical pack again can help; a pack's `retry_on` chooses among these. */
  readonly retriable: boolean;
  /** Whether it counts against the worker's `max_attempts`. */
  readonly consumesRetry: boolean;
  /** One sentence for a person. */
  readonly description: string;
}

const work = entryOf('work', true, true);
const violation = entryOf('violation', true, true);
const limit = entryOf('limit', true, true);
const governance = entryOf('governance', false, true);
const infrastructure = entryOf('infrastructure', true, false);
const stop = entryOf('stop', false, true);

/** The closed table of reason codes. */
export const REASON_CODES: Readonly<Record<ReasonCode, ReasonCodeInfo>> = {
  PASS_ALL_CRITERIA: entryOf('pass', false, true)('Every criterion was met and proved.'),
  COMMAND_FAILED: work('A required command did not exit 0.'),
  COMMAND_NOT_FOUND: entryOf(
    'infrastructure',
    false,
    false,
  )('A program that the pack or the worker needs is not on this machine.'),
  AC_NOT_MET: work('A criterion was not met.'),
  AC_UNCOVERED: governance('A criterion has nothing that could prove it.'),
  SCOPE_VIOLATION: violation('A path outside the allowed paths changed.'),
  FORBIDDEN_PATH: violation('A forbidden path changed.'),
  DEPENDENCY_POLICY_VIOLATION: violation('Dependencies, lock files or CI changed against the policy.'),
  EVIDENCE_MISSING: work('Evidence that the pack requires was not found.'),
  EVIDENCE_INVALID_PATH: violation('Evidence points outside the round folder of its attempt.'),
  EVIDENCE_MISMATCH: violation('What the worker reported differs from what was measured.'),
  RESULT_INVALID: work('The worker’s step_result.json could not be read.'),
  GATE_TAMPERED: governance('The worker changed the checks that judge it; a person must look.'),
  TIMEOUT: limit('The time allowed was used up.'),
  NO_OUTPUT: limit('Nothing was printed for longer than allowed.'),
  MEMORY_LIMIT: limit('The process tree used more memory than allowed.'),
  OUTPUT_LIMIT: limit('More output was printed than allowed.'),
  WAITING_INPUT: work('The worker waited for input that nobody could give.'),
  WORKER_CRASHED: work('The worker ended abnormally.'),
  BACKEND_UNAVAILABLE: infrastructure('The worker’s backend could not be reached.'),
  RATE_LIMITED: infrastructure('The worker’s backend asked to be left alone for a while.'),
  BUDGET_EXCEEDED: governance('The budget is used up.'),
  POLICY_DENIED: governance('Policy denied an action.'),
  APPROVAL_EXPIRED: governance('An approval was not given in time.'),
  CONTRACT_GUARD_BLOCKED: governance('The work order contradicts itself or what is already recorded.'),
  EXECUTION_BLOCKED_UNAPPROVED: governance('An action that needs approval was not approved.'),
  RETRY_EXHAUSTED: stop('All attempts and rework rounds are used up.'),
  INTERRUPTED: infrastructure('The daemon went away during the attempt.'),
  CANCELLED: stop('A person stopped it.'),
};

const ALIASES: ReadonlyMap<string, ReasonCode> = new Map([
  ['PASS', 'PASS_ALL_CRITERIA'],
  ['TIMEOUT_60M', 'TIMEOUT'],
  ['NO_OUTPUT_20M', 'NO_OUTPUT'],
  ['RUNNER_TIMEOUT', 'TIMEOUT'],
]);

/** Tells what follows from a reason code. */
export function reasonCodeInfo(code: ReasonCode): ReasonCodeInfo {
  return REASON_CODES[code];
}

/** Reads a reason code or one of its older names; null for anything else. */
export function parseReasonCode(text: string): ReasonCode | null {
  return isReasonCode(text) ? text : (ALIASES.get(text) ?? null);
}

function isReasonCode(text: string): text is ReasonCode {
  return Object.hasOwn(REASON_CODES, text);
}

function entryOf(reasonClass: ReasonClass, retriable: boolean, consumesRetry: boolean) {
  return (description: string): ReasonCodeInfo => ({
    class: reasonClass,
    retriable,
    consumesRetry,
    description,
  });
}
