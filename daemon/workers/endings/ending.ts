import type { ProcessEnd } from '../../../protocol/generated/types.ts';
import type { FirstClaim } from '../first-claim.ts';

/** What can end a process: see `ProcessEnd` in `schemas/common.schema.json`. */
export type EndCause = ProcessEnd['cause'];

/**
 * Why a process ended, or has to.
 *
 * Everything that can end it claims its cause here, and the first claim wins: what follows (the signal that a timeout
 * sends, the exit it leads to) is a consequence.
 */
export type Ending = FirstClaim<EndCause>;
