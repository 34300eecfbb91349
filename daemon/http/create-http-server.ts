import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { ReeveError } from '../../protocol/errors.ts';
import type { DaemonServices } from '../ports/services.ts';
import { prepareClose } from './close-server.ts';
import type { CloseServer } from './close-server.ts';
import { createApp } from './create-app.ts';
import { createEventFeed } from './events/event-feed.ts';
import type { EventFeed } from './events/event-feed.ts';
import { guardRequests } from './guard-requests.ts';
import { DEFAULT_HTTP_LIMITS } from './http-limits.ts';
import type { HttpLimits } from './http-limits.ts';
import { createOpenStreams } from './open-streams.ts';
import type { OpenStreams } from './open-streams.ts';
import { registerOpenapi } from './openapi/register-openapi.ts';
import { refuseOtherMethods } from './refuse-other-methods.ts';
import { registerAnchorRoutes } from './routes/anchor-routes.ts';
import { registerArchiveRoutes } from './routes/archive-routes.ts';
import { registerDaemonRoutes } from './routes/daemon-routes.ts';
import { registerEventRoutes } from './routes/event-routes.ts';
import { registerPackRoutes } from './routes/pack-routes.ts';
import { registerTaskCommandRoutes } from './routes/task-command-routes.ts';
import { registerTaskRoutes } from './routes/task-routes.ts';
import { validateRequests } from './validate-requests.ts';

/** The daemon's HTTP edge. */
export interface HttpServer {
  /**
   * Begins to answer on 127.0.0.1; port 0 takes a free one.
   * @throws ReeveError IO_FAILED when the port cannot be had
   */
  listen(port: number): Promise<{ readonly url: string; readonly port: number }>;
  /** Ends streams at once, lets answers under way finish within the grace, closes every connection. Idempotent. */
  close(): Promise<void>;
}

export interface HttpServerOptions {
  readonly services: DaemonServices;
  /** The bearer token every request but `/healthz` and `/readyz` must carry. */
  readonly token: string;
  readonly log: Logger;
  /** Reeve's version, for the OpenAPI document. */
  readonly version: string;
  /** Default: `DEFAULT_HTTP_LIMITS`. */
  readonly limits?: Partial<HttpLimits>;
}

/** Creates the HTTP edge; it holds no rules of its own, every route calls a service. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const limits = { ...DEFAULT_HTTP_LIMITS, ...options.limits };
  const feed = createEventFeed(options.services, limits.streamBacklog);
  const streams = createOpenStreams(limits);
  const app = createApp(options.log, limits);
  const parts = { limits, feed, streams, closeServer: prepareClose(app.server) };
  let listening: Promise<unknown> = Promise.resolve();
  let closed: Promise<void> | null = null;
  const isClosing = (): boolean => closed !== null;

  guardRequests(app, { token: options.token, isClosing });
  void app.register((api) => registerApi(api, options, parts));

  return {
    listen(port) {
      const address = listen(app, port);
      listening = address.catch(() => undefined);
      return address;
    },
    close: () => (closed ??= listening.then(() => close(app, parts))),
  };
}

interface Parts {
  readonly limits: HttpLimits;
  readonly feed: EventFeed;
  readonly streams: OpenStreams;
  readonly closeServer: CloseServer;
}

async function registerApi(api: FastifyInstance, options: HttpServerOptions, parts: Parts): Promise<void> {
  const { services, version } = options;
  const { limits, feed, streams } = parts;
  validateRequests(api);
  const refuseTheRest = refuseOtherMethods(api);
  await registerOpenapi(api, version);
  registerDaemonRoutes(api, services);
  registerTaskRoutes(api, services.queries);
  registerEventRoutes(api, { queries: services.queries, feed, streams });
  registerTaskCommandRoutes(api, services.commands);
  registerArchiveRoutes(api, services.commands);
  registerAnchorRoutes(api, services.commands);
  // A context of its own, because it takes JSON bodies as bytes.
  await api.register(async (packs) => registerPackRoutes(packs, services, limits));
  refuseTheRest();
}

async function listen(
  app: FastifyInstance,
  port: number,
): Promise<{ readonly url: string; readonly port: number }> {
  try {
    const url = await app.listen({ host: '127.0.0.1', port });
    return { url, port: Number(new URL(url).port) };
  } catch (cause) {
    // Anything but the socket's own refusal is a bug in a route, and must look like one.
    if (!(cause instanceof Error) || !('syscall' in cause)) throw cause;
    const isTaken = 'code' in cause && cause.code === 'EADDRINUSE';
    const reason = isTaken ? 'is taken' : 'cannot be had';
    throw new ReeveError('IO_FAILED', `Port ${port} of 127.0.0.1 ${reason}.`, {
      cause,
      hint: 'Choose another port, or 0 for any free one.',
    });
  }
}

async function close(app: FastifyInstance, { limits, feed, streams, closeServer }: Parts): Promise<void> {
  streams.close();
  feed.close();
  await closeServer(limits.closeGraceMs);
  await app.close();
}
