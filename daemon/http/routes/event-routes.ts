import type { FastifyInstance, FastifyReply } from 'fastify';
import { canonicalJson } from '../../../protocol/canonical-json.ts';
import type { LedgerEvent } from '../../../protocol/events.ts';
import type { Queries } from '../../ports/services.ts';
import type { EventFeed, FeedOptions } from '../events/event-feed.ts';
import type { OpenStreams } from '../open-streams.ts';
import { routeSchema } from '../openapi/route-schema.ts';
import {
  arrayOf,
  COUNT,
  EVENT_ID,
  FLAG,
  ID,
  nullable,
  objectOf,
  refTo,
  TEXT,
} from '../openapi/schema-builders.ts';
import { problemDocument, toProblemDocument } from '../problem-document.ts';
import { sendProblem } from '../send-problem.ts';

const NDJSON = 'application/x-ndjson';
const EVENT_STREAM = 'text/event-stream';

/** How long a browser waits before it connects again, in milliseconds. */
const RECONNECT_MS = 1000;

interface TaskEventsRequest {
  readonly Params: { readonly task_id: string };
  readonly Querystring: { readonly project?: string; readonly after_seq: number; readonly limit: number };
}

interface EventStreamRequest {
  readonly Querystring: { readonly project?: string; readonly after?: string; readonly follow: boolean };
  readonly Headers: { readonly 'last-event-id'?: string };
}

/** Routes that hand out ledger events: a task's, and everything as it happens. */
export function registerEventRoutes(
  app: FastifyInstance,
  edges: { readonly queries: Queries; readonly feed: EventFeed; readonly streams: OpenStreams },
): void {
  const { queries, feed, streams } = edges;

  app.get<TaskEventsRequest>(
    '/api/v1/tasks/:task_id/events',
    { schema: taskEvents },
    async ({ params, query, headers }, reply) => {
      const { project, after_seq: afterSeq, limit } = query;
      const scope = project === undefined ? { afterSeq } : { afterSeq, projectId: project };
      const events = queries.taskEvents(params.task_id, scope);
      if (!accepts(headers.accept, NDJSON)) return firstPage(events, limit);
      if (streams.isFull()) return refuseOverload(reply);
      const answer = { contentType: NDJSON, preamble: '', heartbeat: null };
      await streams.send(reply, { ...answer, chunks: await startedLines(events) });
      return reply;
    },
  );

  app.get<EventStreamRequest>('/api/v1/events', { schema: eventStream }, async (request, reply) => {
    if (streams.isFull()) return refuseOverload(reply);
    const { project, after, follow } = request.query;
    const cursor = request.headers['last-event-id'] ?? after ?? null;
    const options = { after: cursor, follow, ...(project === undefined ? {} : { projectId: project }) };
    await streams.send(reply, {
      contentType: EVENT_STREAM,
      preamble: `retry: ${RECONNECT_MS}\n\n`,
      heartbeat: ': still here\n\n',
      chunks: (signal) => messages(feed, { ...options, signal }),
      // Not a dotted name, so no ledger event can be mistaken for it; without an id, so the cursor stays.
      lastWords: (error) =>
        `event: problem\ndata: ${JSON.stringify(toProblemDocument(error, request.id))}\n\n`,
    });
    return reply;
  });
}

function accepts(accept: string | undefined, mediaType: string): boolean {
  const ranges = (accept ?? '').split(',').map((range) => range.split(';')[0]?.trim().toLowerCase());
  return ranges.includes(mediaType);
}

function refuseOverload(reply: FastifyReply): FastifyReply {
  reply.header('retry-after', '5');
  return sendProblem(
    reply,
    problemDocument('OVERLOADED', 'Too many streams are open.', { hint: 'Close one of them.' }),
  );
}

async function firstPage(events: AsyncIterable<LedgerEvent>, limit: number) {
  const data: LedgerEvent[] = [];
  for await (const event of events) {
    if (data.length === limit) return { data, meta: { next_after_seq: data.at(-1)?.seq ?? null } };
    data.push(event);
  }
  return { data, meta: { next_after_seq: null } };
}

/** Reads the first event before anything is answered, so that an unknown task is a 404 and not a broken stream. */
async function startedLines(events: AsyncIterable<LedgerEvent>): Promise<() => AsyncIterable<string>> {
  const iterator = events[Symbol.asyncIterator]();
  let step = await iterator.next();
  return async function* lines() {
    try {
      for (; step.done !== true; step = await iterator.next()) yield `${canonicalJson(step.value)}\n`;
    } finally {
      await iterator.return?.();
    }
  };
}

async function* messages(feed: EventFeed, options: FeedOptions): AsyncGenerator<string> {
  for await (const event of feed.read(options)) {
    yield `id: ${event.id}\nevent: ${event.type}\ndata: ${canonicalJson(event)}\n\n`;
  }
}

const taskEvents = routeSchema({
  summary: 'A task’s ledger events',
  tag: 'read',
  params: { task_id: ID },
  query: {
    project: ID,
    after_seq: { ...COUNT, default: 0 },
    limit: { type: 'integer', minimum: 1, maximum: 10_000, default: 1000, description: 'For the JSON form.' },
  },
  answers: {
    200: {
      description: 'A page of events, or with Accept: application/x-ndjson all of them, one line each.',
      data: arrayOf(refTo('LedgerEvent')),
      meta: objectOf<{ next_after_seq: number | null }>('Where to go on.', {
        next_after_seq: nullable(COUNT),
      }),
      also: { [NDJSON]: TEXT },
    },
  },
});

const eventStream = routeSchema({
  summary: 'Ledger events of all logs as server-sent events',
  tag: 'read',
  query: { project: ID, after: EVENT_ID, follow: { ...FLAG, default: true } },
  headers: { 'last-event-id': EVENT_ID },
  answers: { 200: { description: 'Messages: id, event, data.', only: { [EVENT_STREAM]: TEXT } } },
});
