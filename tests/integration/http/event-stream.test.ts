import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { ProblemDocument } from '../../../daemon/http/problem-document.ts';
import { canonicalJson } from '../../../protocol/canonical-json.ts';
import { fakeEventId } from '../../helpers/fake-services.ts';
import { readJson, startHttp, TOKEN } from '../../helpers/http-fixture.ts';
import type { HttpFixture } from '../../helpers/http-fixture.ts';
import { readSse } from '../../helpers/sse-reader.ts';
import type { SseMessage } from '../../helpers/sse-reader.ts';

interface Taking {
  readonly path?: string;
  readonly headers?: Record<string, string>;
  /** Called after each message with an id, with how many there were. */
  readonly onTaken?: (taken: number) => void;
}

/** Reads messages with an id until there are enough, then disconnects. */
async function take(http: HttpFixture, count: number, taking: Taking = {}): Promise<string[]> {
  const { path = '/api/v1/events', headers = {}, onTaken } = taking;
  const ids: string[] = [];
  const aborter = new AbortController();
  const response = await http.fetch(path, { headers, signal: aborter.signal });
  assert.equal(response.status, 200);
  for await (const message of readSse(response)) {
    if (message.id === undefined) continue;
    ids.push(message.id);
    onTaken?.(ids.length);
    if (ids.length >= count) break;
  }
  aborter.abort();
  return ids;
}

async function takeAll(
  http: HttpFixture,
  query: string,
  headers: Record<string, string> = {},
): Promise<string[]> {
  return take(http, Infinity, { path: `/api/v1/events?follow=false${query}`, headers });
}

async function collect(response: Response): Promise<SseMessage[]> {
  const messages: SseMessage[] = [];
  for await (const message of readSse(response)) messages.push(message);
  return messages;
}

/** What comes after an id until the stream ends, in order or not. */
async function takeUntilCut(http: HttpFixture, after: string | undefined): Promise<string[]> {
  const headers: Record<string, string> = after === undefined ? {} : { 'last-event-id': after };
  const seen: string[] = [];
  const response = await http.fetch('/api/v1/events?follow=false', { headers });
  try {
    for await (const { id } of readSse(response)) if (id !== undefined) seen.push(id);
  } catch (error) {
    assert.match(String(error), /terminated/);
  }
  return seen;
}

function ids(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => fakeEventId(from + index));
}

test('sends each event as id, type and canonical data, in a standard stream', async (t) => {
  const http = await startHttp(t);
  const event = http.services.announce('T1');
  const response = await http.fetch('/api/v1/events?follow=false');
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  assert.equal(response.headers.get('cache-control'), 'no-store');
  const messages = await collect(response);
  assert.deepEqual(messages, [
    { retry: '1000' },
    { id: event.id, event: event.type, data: canonicalJson(event) },
  ]);
});

test('replays the ledger and goes on live', async (t) => {
  const http = await startHttp(t);
  for (let n = 0; n < 3; n += 1) http.services.announce('T1');
  const onTaken = (taken: number): unknown => taken >= 3 && http.services.announce('T2');
  assert.deepEqual(await take(http, 6, { onTaken }), ids(1, 6));
});

test('resumes after Last-Event-ID, which wins over the query', async (t) => {
  const http = await startHttp(t);
  for (let n = 0; n < 5; n += 1) http.services.announce('T1');
  assert.deepEqual(await takeAll(http, `&after=${fakeEventId(2)}`), ids(3, 5));
  const headers = { 'last-event-id': fakeEventId(4) };
  assert.deepEqual(await takeAll(http, `&after=${fakeEventId(2)}`, headers), ids(5, 5));
  assert.deepEqual(await takeAll(http, `&after=${fakeEventId(9)}`), []);
});

test('refuses a cursor that is not an event id', async (t) => {
  const http = await startHttp(t);
  assert.equal((await http.fetch('/api/v1/events?after=12')).status, 400);
  assert.equal((await http.fetch('/api/v1/events', { headers: { 'last-event-id': 'x' } })).status, 400);
});

test('keeps to one project when asked, replayed and live', async (t) => {
  const http = await startHttp(t);
  const announceBoth = (): void => {
    http.services.announce('T1', { projectId: 'a' });
    http.services.announce('T2', { projectId: 'b' });
  };
  announceBoth();
  const taken = await take(http, 3, { path: '/api/v1/events?project=b', onTaken: announceBoth });
  assert.deepEqual(taken, [fakeEventId(2), fakeEventId(4), fakeEventId(6)]);
});

test('an event that comes during the replay is neither lost nor doubled', async (t) => {
  const http = await startHttp(t);
  for (let n = 0; n < 4; n += 1) http.services.announce('T1');
  let announced = 0;
  http.services.pace = async () => {
    await setImmediate();
    if (announced < 4) http.services.announce('T1');
    announced += 1;
  };
  assert.deepEqual(await take(http, 8), ids(1, 8));
});

test('does not let the replay overtake what is not announced yet', async (t) => {
  const http = await startHttp(t);
  http.services.announce('T1');
  // The replay meets an event of T2's file, but read T1's file before the event that precedes it was written.
  const missed = http.services.announce('T1', { announced: false });
  const met = http.services.announce('T2', { announced: false });
  http.services.events.splice(1, 1);
  const onTaken = (taken: number): void => {
    if (taken !== 1) return;
    http.services.reannounce(missed);
    http.services.reannounce(met);
  };
  assert.deepEqual(await take(http, 3, { onTaken }), ids(1, 3));
});

test('an event replayed before it is announced comes once', async (t) => {
  const http = await startHttp(t);
  const event = http.services.announce('T1', { announced: false });
  const onTaken = (taken: number): void => {
    if (taken === 1) http.services.reannounce(event);
    http.services.announce('T1');
  };
  assert.deepEqual(await take(http, 3, { onTaken }), ids(1, 3));
});

test('a reader that falls behind its backlog is served from the ledger', async (t) => {
  const http = await startHttp(t, { streamBacklog: 2 });
  http.services.announce('T1');
  let isReplaying = false;
  http.services.pace = async () => {
    if (isReplaying) return;
    isReplaying = true;
    for (let n = 0; n < 50; n += 1) http.services.announce('T1');
  };
  assert.deepEqual(await take(http, 51), ids(1, 51));
});

test('disconnects a client that takes nothing, which resumes without gap', async (t) => {
  const http = await startHttp(t, { stallMs: 20, streamBacklog: 4 });
  const socket = connect(http.port, '127.0.0.1');
  socket.pause();
  socket.write(
    `GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:${http.port}\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`,
  );
  const total = 400;
  for (let n = 0; n < total; n += 1) http.services.announce('T1', { filling: 60_000 });
  while (!http.logged.some((line) => line.includes('stream ended early'))) await setImmediate();
  let received = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => (received += chunk));
  socket.on('error', () => {});
  socket.resume();
  await once(socket, 'close');
  const seen = [...received.matchAll(/id: (\S+)\nevent: \S+\ndata: [^\n]*\n\n/g)].map(([, id]) => id ?? '');
  assert.ok(seen.length < total);
  // Patience is short enough here that the client that resumes may be cut off as well; it resumes again.
  while (seen.length < total) seen.push(...(await takeUntilCut(http, seen.at(-1))));
  assert.deepEqual(seen, ids(1, total));
});

test('sends comments while there is nothing else', async (t) => {
  const http = await startHttp(t, { heartbeatMs: 5 });
  const response = await http.fetch('/api/v1/events');
  let comments = 0;
  for await (const message of readSse(response)) {
    if (message.comment !== undefined) comments += 1;
    if (comments === 2) break;
  }
  assert.equal(comments, 2);
});

test('refuses one stream too many, and takes the next when one has gone', async (t) => {
  const http = await startHttp(t, { streams: 1 });
  const aborter = new AbortController();
  const first = await http.fetch('/api/v1/events', { signal: aborter.signal });
  assert.equal(first.status, 200);
  const second = await http.fetch('/api/v1/events');
  assert.equal(second.status, 503);
  assert.equal((await readJson<ProblemDocument>(second)).code, 'OVERLOADED');
  assert.equal(second.headers.get('retry-after'), '5');
  aborter.abort();
  let status = 503;
  while (status === 503) status = (await http.fetch('/api/v1/events?follow=false')).status;
  assert.equal(status, 200);
});

test('says what went wrong in the stream when the ledger cannot be read', async (t) => {
  const http = await startHttp(t);
  http.services.announce('T1');
  http.services.pace = () => Promise.reject(new Error('disk gone at /home/someone'));
  const messages = await collect(await http.fetch('/api/v1/events'));
  const problem = messages.at(-1);
  assert.equal(problem?.event, 'problem');
  assert.equal(problem?.id, undefined);
  assert.equal(JSON.parse(problem?.data ?? '').code, 'BUG');
  assert.doesNotMatch(problem?.data ?? '', /someone/);
});

test('takes no HEAD, which would never end', async (t) => {
  const http = await startHttp(t);
  assert.equal((await http.fetch('/api/v1/events', { method: 'HEAD' })).status, 405);
});
