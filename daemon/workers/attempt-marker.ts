/**
 * The variable every process of an attempt inherits.
 *
 * It is how a process that left its group, its session and its parents is still known as ours.
 */
export const ATTEMPT_MARKER = 'REEVE_ATTEMPT_ID';
