import { fastify, LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { ReeveError } from '../../protocol/errors.ts';
import { answerMalformed } from './answer-malformed.ts';
import type { HttpLimits } from './http-limits.ts';
import { problemDocument, toProblemDocument } from './problem-document.ts';
import { sendProblem } from './send-problem.ts';

/** Creates the bare web application: its bounds, how it logs, and how it answers what goes wrong. */
export function createApp(log: Logger, limits: HttpLimits): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = log.child(
    { part: 'http' },
    { redact: ['req.headers.authorization', 'headers.authorization'] },
  );
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.headersMs / 2,
    },
    // Ids have up to 128 characters; a longer segment is left to the route's schema.
    routerOptions: { maxParamLength: 1024 },
    exposeHeadRoutes: false,
    return503OnClosing: false,
    clientErrorHandler: answerMalformed,
    frameworkErrors: (error, request, reply) => void sendProblem(reply, toProblemDocument(error, request.id)),
    schemaController: {
      compilersFactory: { buildValidator: neverUsed, buildSerializer: () => () => JSON.stringify },
    },
  });
  app.server.maxConnections = limits.connections;
  answerErrors(app);
  logAnswers(app);
  return app;
}

/** Stands in for fastify's own validator, which would load a JSON Schema draft-07 compiler; see `validateRequests`. */
function neverUsed(): never {
  throw new ReeveError('BUG', 'A route was registered before request validation was set up.');
}

function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblemDocument(error, request.id);
    if (problem.status >= 500) request.log.error({ err: error }, 'request failed');
    return sendProblem(reply, problem);
  });
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(
      reply,
      problemDocument('NOT_FOUND', 'There is nothing at this path.', {
        hint: 'GET /api/v1/openapi.json lists every path.',
      }),
    ),
  );
}

/** One line per answer: no header, query or body, so no secret either. */
function logAnswers(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions, log } = request;
    log.debug(
      { method, route: routeOptions.url ?? null, status: reply.statusCode, ms: reply.elapsedTime },
      'answered',
    );
  });
}
