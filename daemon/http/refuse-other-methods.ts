import type { FastifyInstance } from 'fastify';
import { problemDocument } from './problem-document.ts';
import { sendProblem } from './send-problem.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Collects the routes registered after it; call the result at the end to answer their other methods with 405. */
export function refuseOtherMethods(app: FastifyInstance): () => void {
  const allowed = new Map<string, readonly string[]>();
  app.addHook('onRoute', ({ url, method }) => {
    allowed.set(url, [...(allowed.get(url) ?? []), ...[method].flat()]);
  });
  return () => {
    for (const [url, methods] of [...allowed]) refuse(app, url, methods);
  };
}

function refuse(app: FastifyInstance, url: string, allowed: readonly string[]): void {
  const allow = allowed.join(', ');
  app.route({
    url,
    method: METHODS.filter((method) => !allowed.includes(method)),
    schema: { hide: true },
    // In onRequest, so that the body of such a request is neither read nor judged.
    onRequest: async (request, reply) => {
      reply.header('allow', allow);
      const detail = `${request.method} is not possible here.`;
      return sendProblem(reply, problemDocument('METHOD_NOT_ALLOWED', detail, { hint: `Use ${allow}.` }));
    },
    handler: () => undefined,
  });
}
