import { randomUUID } from 'node:crypto';
import { toBase64 } from '../../protocol/base64.ts';
import { ERROR_CODES, ReeveError } from '../../protocol/errors.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import type { Commands, DaemonServices } from '../ports/services.ts';

/** Where a running daemon answers. */
export interface DaemonAddress {
  /** Such as `http://127.0.0.1:4321`; only loopback is ever talked to. */
  readonly url: string;
  readonly token: string;
}

/** The writes of a running daemon, what it does now, and its end. */
export interface HttpClient extends Commands {
  running(): Promise<ReturnType<DaemonServices['running']>>;
  /** Asks the daemon to stop in order; resolves when the request is taken. */
  stop(): Promise<void>;
}

/**
 * Creates a client of a running daemon's HTTP API.
 *
 * Every method throws a ReeveError: the daemon's own refusal with its code and hint, or DAEMON_UNREACHABLE.
 */
export function createHttpClient(address: DaemonAddress): HttpClient {
  const task = (projectId: string, taskId: string, verb: string): string => {
    return `/api/v1/projects/${encodeURIComponent(projectId)}/tasks/${encodeURIComponent(taskId)}/${verb}`;
  };
  const post = <T>(path: string, body: object): Promise<T> => {
    return send(address, { method: 'POST', path, body: JSON.stringify(body) });
  };
  return {
    submitPack: ({ bytes, name, projectId, worker }) => {
      const query = new URLSearchParams({ project: projectId, name: toFileName(name) });
      if (worker !== undefined) query.set('worker', worker);
      const path = `/api/v1/packs?${query.toString()}`;
      return send(address, { method: 'POST', path, body: bytes, idempotencyKey: randomUUID() });
    },
    reportAttempt: (projectId, taskId, attempt, actor) => {
      return post(task(projectId, taskId, 'attempts'), { ...attempt, actor });
    },
    closeTask: (projectId, taskId, close, actor) =>
      post(task(projectId, taskId, 'close'), { ...close, actor }),
    retryTask: (projectId, taskId, reason, actor) =>
      post(task(projectId, taskId, 'retry'), { reason, actor }),
    exportArchive: ({ projectId, ...request }, { signal } = {}) => {
      const body = JSON.stringify({ project_id: projectId, ...request });
      return send(address, { method: 'POST', path: '/api/v1/exports', body, ...(signal && { signal }) });
    },
    importArchive: ({ file, as, fastForward = false }) => {
      return post('/api/v1/imports', { file, as, fast_forward: fastForward });
    },
    recordAnchor: (projectId, { kind, checkpoint, proof }, actor) => {
      const body = { kind, checkpoint, proof: toBase64(proof), actor };
      return post(`/api/v1/projects/${encodeURIComponent(projectId)}/anchors`, body);
    },
    rebuild: () => post('/api/v1/rebuild', {}),
    running: () => send(address, { method: 'GET', path: '/api/v1/running' }),
    stop: async () => void (await post<unknown>('/api/v1/stop', {})),
  };
}

/** True when a Reeve daemon answers at a loopback address within the given time. */
export async function isAlive(url: string, timeoutMs: number): Promise<boolean> {
  try {
    const response = await fetch(new URL('/healthz', url), { signal: AbortSignal.timeout(timeoutMs) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** The API takes the name of a file, not a path. */
function toFileName(name: string): string {
  return name.replaceAll(/[\p{Cc}/\\]/gu, '_').slice(-255) || 'pack.json';
}

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string | Uint8Array;
  readonly idempotencyKey?: string;
  /** Ends the call, and with it what the daemon does for it. */
  readonly signal?: AbortSignal;
}

/**
 * Sends one request and answers the `data` of its envelope.
 *
 * The shape of the data is the daemon's promise, held to by the tests of its OpenAPI description: it is this program,
 * of this user, proved by a token file that only the user can read.
 */
async function send<T>(address: DaemonAddress, call: Call): Promise<T> {
  const { method, path, body, idempotencyKey, signal } = call;
  const request: RequestInit = {
    method,
    headers: {
      authorization: `Bearer ${address.token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
    // Threat: a redirect would carry the token to wherever it points.
    redirect: 'error',
  };
  const fail = (cause: unknown): never => {
    throw signal?.aborted === true
      ? new DOMException('The call was stopped.', 'AbortError')
      : unreachable(address.url, cause);
  };
  const response = await fetch(new URL(path, address.url), request).catch(fail);
  const text = await response.text().catch(fail);
  const answer = toObject(parseJson(text));
  if (response.ok) return answer['data'] as T;
  // A refused pack is an answer, not an error: the problem document carries the whole of it.
  if (answer['code'] === 'PACK_INVALID' && 'answer' in answer) return answer['answer'] as T;
  throw toError(answer, response.status);
}

function toObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** An RFC 9457 problem document as the error it was made from. */
function toError(body: unknown, status: number): ReeveError {
  const problem =
    typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {};
  const { code, detail, hint, problems } = problem;
  const message = typeof detail === 'string' ? detail : `The daemon answered with status ${status}.`;
  return new ReeveError(toErrorCode(code, status), message, {
    ...(typeof hint === 'string' ? { hint } : {}),
    ...(Array.isArray(problems) ? { details: { problems } } : {}),
  });
}

/** Codes that exist only at the HTTP edge become the nearest of the program's own. */
function toErrorCode(code: unknown, status: number): ErrorCode {
  const known = ERROR_CODES.find((candidate) => candidate === code);
  if (known !== undefined) return known;
  if (status === 401 || status === 403 || status === 408 || status >= 500) return 'DAEMON_UNREACHABLE';
  return status === 413 ? 'PACK_INVALID' : 'USAGE';
}

function unreachable(url: string, cause: unknown): ReeveError {
  return new ReeveError('DAEMON_UNREACHABLE', `The daemon at ${url} does not answer.`, {
    hint: 'Look at what it says on its console; reeve doctor tells who holds the ledger.',
    cause,
  });
}
