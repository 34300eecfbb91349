import { ReeveError } from '../protocol/errors.ts';
import { toExitCode } from './exit-codes.ts';
import { reeveVersion } from './version.ts';

/** The one form of every `--json` answer. */
export function toEnvelope(data: unknown, meta: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ data, meta: { reeve_version: reeveVersion(), ...meta } });
}

/** What follows the data in an envelope that is written piece by piece. */
export function toEnvelopeEnd(meta: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ meta: { reeve_version: reeveVersion(), ...meta } }).slice(1);
}

/** What is told of an error, whatever was thrown. */
export interface ToldError {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly exit: number;
}

/** The one form of every `--json` failure. */
export function toErrorEnvelope({ exit: _, ...error }: ToldError): string {
  return JSON.stringify({ error });
}

/** Anything thrown, as an error with a code; what is not a ReeveError is a bug of ours or an operating system failure. */
export function toToldError(thrown: unknown): ToldError {
  if (thrown instanceof ReeveError) {
    const { code, message, hint = null, details } = thrown;
    return { code, message, hint, ...(details === undefined ? {} : { details }), exit: toExitCode(code) };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown instanceof Error && 'syscall' in thrown) {
    return {
      code: 'IO_FAILED',
      message,
      hint: 'Check the path, its permissions and the free space.',
      exit: 1,
    };
  }
  return {
    code: 'BUG',
    message,
    hint: 'This is a mistake in Reeve; run again with -v and report it.',
    exit: 1,
  };
}
