import { ReeveError } from '../../protocol/errors.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { SubmitAnswer } from '../ports/services.ts';
import { STATUS_OF } from './status-of.ts';
import type { HttpCode } from './status-of.ts';

/** An error as HTTP clients see it: RFC 9457, `application/problem+json`. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode | HttpCode;
  readonly hint?: string;
  readonly problems?: readonly Problem[];
  /** Of a refused pack only: the whole answer. */
  readonly answer?: SubmitAnswer;
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Builds a problem document; type, title and status follow from the code. */
export function problemDocument(
  code: ErrorCode | HttpCode,
  detail: string,
  extra: { readonly hint?: string | undefined; readonly problems?: readonly Problem[] } = {},
): ProblemDocument {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return {
    type: `urn:reeve:problem:${words.replaceAll(' ', '-')}`,
    title: words.charAt(0).toUpperCase() + words.slice(1),
    status: STATUS_OF[code],
    detail,
    code,
    ...(extra.hint === undefined ? {} : { hint: extra.hint }),
    ...(extra.problems === undefined ? {} : { problems: extra.problems }),
  };
}

/**
 * Turns whatever was thrown while answering into a problem document.
 *
 * Only a ReeveError and the HTTP framework's own refusals speak for themselves; anything else may hold paths or
 * secrets, so the client gets the request id and the log gets the rest.
 */
export function toProblemDocument(error: unknown, requestId: string): ProblemDocument {
  if (error instanceof ReeveError) {
    const hint = error.hint ?? (STATUS_OF[error.code] === 500 ? logHint(requestId) : undefined);
    return problemDocument(error.code, error.message, { hint, ...problemsOf(error) });
  }
  const refusal = frameworkRefusal(error);
  return (
    refusal ??
    problemDocument('BUG', 'Reeve failed while answering this request.', { hint: logHint(requestId) })
  );
}

function logHint(requestId: string): string {
  return `The daemon's log tells more under request id ${requestId}.`;
}

function problemsOf(error: ReeveError): { readonly problems?: readonly Problem[] } {
  const problems = error.details?.['problems'];
  return Array.isArray(problems) && problems.every(isProblem) ? { problems } : {};
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'pointer' in value;
}

/** Fastify marks what it refuses by itself with a code of its own and a 4xx status. */
function frameworkRefusal(error: unknown): ProblemDocument | null {
  if (!(error instanceof Error) || !('code' in error) || !('statusCode' in error)) return null;
  const { statusCode, message } = error;
  const isJsonError = error instanceof SyntaxError;
  if (!isJsonError && !String(error.code).startsWith('FST_')) return null;
  if (statusCode === 413) {
    return problemDocument('PAYLOAD_TOO_LARGE', 'The request body is too large.', {
      hint: 'A pack may be 1 MiB, any other body 64 KiB.',
    });
  }
  if (statusCode === 415) {
    return problemDocument('UNSUPPORTED_MEDIA_TYPE', 'The request body is not application/json.', {
      hint: 'Send Content-Type: application/json.',
    });
  }
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode > 499) return null;
  return problemDocument('USAGE', message);
}
