import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problemDocument } from './problem-document.ts';
import type { ProblemDocument } from './problem-document.ts';
import { sendProblem } from './send-problem.ts';
import { isToken } from './token.ts';

/** Paths that answer without a token; they tell nothing but that the daemon is here. */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** Refuses, before any body is read, every request that is not from a client of this machine with the token. */
export function guardRequests(
  app: FastifyInstance,
  options: { readonly token: string; readonly isClosing: () => boolean },
): void {
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    const refused = refuseForeign(request) ?? refuseClosing(options.isClosing(), reply);
    if (refused !== null) return sendProblem(reply, refused);
    if (OPEN_PATHS.has(request.routeOptions.url ?? '')) return;
    const unauthorized = refuseUnauthorized(request, reply, options.token);
    if (unauthorized !== null) return sendProblem(reply, unauthorized);
  });
  app.addHook('onSend', async (_request: FastifyRequest, reply: FastifyReply) => {
    // An answer under way when the server closes must not leave a keep-alive connection behind.
    if (options.isClosing()) reply.header('connection', 'close');
  });
}

/**
 * Threat: DNS rebinding and cross-site requests. A page of the web can make the browser talk to this port, but it cannot
 * choose the Host header (its own name) or the Origin header (its own origin).
 */
function refuseForeign(request: FastifyRequest): ProblemDocument | null {
  const port = request.socket.localPort ?? 0;
  const hosts = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`);
  const host = request.headers.host?.toLowerCase() ?? '';
  if (!hosts.includes(host)) {
    return problemDocument('FORBIDDEN', 'The Host header does not name this daemon.', {
      hint: `Use http://127.0.0.1:${port}/.`,
    });
  }
  const { origin } = request.headers;
  if (origin === undefined || hosts.some((own) => origin.toLowerCase() === `http://${own}`)) return null;
  return problemDocument('FORBIDDEN', 'The request comes from a foreign origin.', {
    hint: 'The API is for programs of this machine, not for web pages.',
  });
}

function refuseClosing(isClosing: boolean, reply: FastifyReply): ProblemDocument | null {
  if (!isClosing) return null;
  reply.headers({ connection: 'close', 'retry-after': '1' });
  return problemDocument('OVERLOADED', 'The daemon is stopping.', { hint: 'Start it again: reeve start.' });
}

function refuseUnauthorized(
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): ProblemDocument | null {
  const presented = /^bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  if (presented !== undefined && isToken(presented, token)) return null;
  const error = presented === undefined ? '' : ', error="invalid_token"';
  reply.header('www-authenticate', `Bearer realm="reeve"${error}`);
  return problemDocument(
    'UNAUTHORIZED',
    presented === undefined ? 'The request carries no token.' : 'The token is not this daemon’s.',
    { hint: 'Send Authorization: Bearer with the content of the daemon’s token file.' },
  );
}
