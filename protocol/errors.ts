/** Every code an error of Reeve's own can carry; `docs/errors.md` lists each with its cause and remedy. */
export const ERROR_CODES = [
  'USAGE',
  'CONFIG_INVALID',
  'PACK_INVALID',
  'NOT_FOUND',
  'CONFLICT',
  'TASK_CLOSED',
  'ATTEMPT_OUT_OF_ORDER',
  'LEDGER_LOCKED',
  'LEDGER_DAMAGED',
  'LEDGER_WRITE_FAILED',
  'LEDGER_POISONED',
  'LEDGER_ROLLED_BACK',
  'LEDGER_FORKED',
  'KEY_UNSAFE',
  'LINE_INVALID',
  'LINE_TOO_LONG',
  'PROOF_INVALID',
  'ARCHIVE_INVALID',
  'ARCHIVE_CONFLICT',
  'GIT_MISSING',
  'GIT_FAILED',
  'NOT_A_REPOSITORY',
  'REPOSITORY_EMPTY',
  'WORKER_UNKNOWN',
  'SCENARIO_INVALID',
  'DAEMON_NOT_RUNNING',
  'DAEMON_UNREACHABLE',
  'IO_FAILED',
  'BUG',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * The one error class of Reeve.
 *
 * A refusal that a user can cause is an event and an answer; this is thrown for damage, bugs, and requests that
 * cannot be carried out. `hint` tells the reader what to do next.
 */
export class ReeveError extends Error {
  override readonly name = 'ReeveError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      readonly hint?: string;
      readonly cause?: unknown;
      readonly details?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
  }
}
