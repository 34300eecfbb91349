import type { FastifyInstance } from 'fastify';
import type { DaemonServices } from '../../ports/services.ts';
import { routeSchema } from '../openapi/route-schema.ts';
import { arrayOf, COUNT, objectOf, refTo, TEXT } from '../openapi/schema-builders.ts';
import { problemDocument } from '../problem-document.ts';
import { sendProblem } from '../send-problem.ts';

/** Routes about the process: is it alive, does it take work, what runs, rebuild, stop. */
export function registerDaemonRoutes(app: FastifyInstance, services: DaemonServices): void {
  app.get('/healthz', { schema: healthz, exposeHeadRoute: true }, () => ({
    data: { status: 'ok' },
    meta: {},
  }));

  app.get('/readyz', { schema: readyz, exposeHeadRoute: true }, (_request, reply) => {
    const { ready, reasons } = services.readiness();
    if (ready) return { data: { status: 'ready' }, meta: {} };
    const problems = reasons.map((message) => ({ code: 'NOT_READY', pointer: '', message }));
    return sendProblem(
      reply,
      problemDocument('NOT_READY', 'The daemon does not take work now.', { problems }),
    );
  });

  app.get('/api/v1/running', { schema: running }, () => ({ data: services.running(), meta: {} }));

  app.post('/api/v1/rebuild', { schema: rebuild }, async () => ({
    data: await services.commands.rebuild(),
    meta: {},
  }));

  app.post<{ Body: { readonly reason?: string } | null | undefined }>(
    '/api/v1/stop',
    { schema: stop },
    (request, reply) => {
      // After the answer: stopping closes this very connection.
      reply.raw.once('close', () => services.stop(request.body?.reason ?? 'asked over HTTP'));
      return reply.code(202).send({ data: { status: 'stopping' }, meta: {} });
    },
  );
}

const statusOf = (status: string) => objectOf<{ status: string }>('A state.', { status: { const: status } });

const healthz = routeSchema({
  summary: 'Whether the process lives',
  tag: 'daemon',
  isPublic: true,
  answers: { 200: { description: 'It does.', data: statusOf('ok') } },
});

const readyz = routeSchema({
  summary: 'Whether the daemon takes work',
  tag: 'daemon',
  isPublic: true,
  answers: { 200: { description: 'It does.', data: statusOf('ready') } },
});

const running = routeSchema({
  summary: 'What runs now',
  tag: 'daemon',
  answers: { 200: { description: 'Attempts that run now.', data: arrayOf(refTo('Running')) } },
});

const rebuild = routeSchema({
  summary: 'Rebuild every projection from the ledger',
  tag: 'daemon',
  answers: {
    200: {
      description: 'How much was rebuilt.',
      data: objectOf<{ projects: number; tasks: number }>('Counts.', { projects: COUNT, tasks: COUNT }),
    },
  },
});

const stop = routeSchema({
  summary: 'Stop the daemon in order',
  tag: 'daemon',
  body: {
    type: ['object', 'null'],
    additionalProperties: false,
    properties: { reason: { ...TEXT, minLength: 1, maxLength: 500 } },
  },
  answers: { 202: { description: 'It is stopping.', data: statusOf('stopping') } },
});
