import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { createHttpServer } from '../../../daemon/http/create-http-server.ts';
import { ReeveError } from '../../../protocol/errors.ts';
import { readJson, startHttp } from '../../helpers/http-fixture.ts';
import { readSse } from '../../helpers/sse-reader.ts';

// A grace no test would live to see the end of: these closings must not need it.
const NEVER = { closeGraceMs: 1_000_000_000 };

test('closing ends an idle event stream in order', async (t) => {
  const http = await startHttp(t, NEVER);
  const response = await http.fetch('/api/v1/events');
  const reading = (async () => {
    for await (const message of readSse(response)) assert.ok(message.retry);
  })();
  await http.server.close();
  await reading;
});

test('closing does not wait for connections that ask for nothing', async (t) => {
  const http = await startHttp(t, NEVER);
  await (await http.fetch('/healthz')).text();
  const silent = connect(http.port, '127.0.0.1');
  await once(silent, 'connect');
  await http.fetch('/healthz');
  const gone = once(silent, 'close');
  await http.server.close();
  await gone;
});

test('closing cuts a stream whose client takes nothing', async (t) => {
  const http = await startHttp(t, NEVER);
  for (let n = 0; n < 400; n += 1) http.services.announce('T1', { filling: 60_000 });
  const response = await http.fetch('/api/v1/events?follow=false');
  await http.server.close();
  await assert.rejects(response.text());
});

test('closing lets an answer under way finish, and takes no new request meanwhile', async (t) => {
  const http = await startHttp(t, NEVER);
  let finish = (): void => {};
  http.services.override({
    rebuild: () => new Promise((resolve) => (finish = () => resolve({ projects: 1, tasks: 2 }))),
  });
  const answer = http.fetch('/api/v1/rebuild', { method: 'POST' });
  while (http.services.calls.length === 0) await setImmediate();
  const closed = http.server.close();
  await assert.rejects(http.fetch('/healthz', { headers: { connection: 'close' } }));
  finish();
  const response = await answer;
  assert.equal(response.headers.get('connection'), 'close');
  assert.deepEqual((await readJson<{ data: unknown }>(response)).data, { projects: 1, tasks: 2 });
  await closed;
});

test('closing waits no longer than the grace for an answer that does not come', async (t) => {
  const http = await startHttp(t, { closeGraceMs: 10 });
  http.services.override({ rebuild: () => new Promise(() => {}) });
  const answer = http.fetch('/api/v1/rebuild', { method: 'POST' });
  const failed = assert.rejects(answer);
  while (http.services.calls.length === 0) await setImmediate();
  await http.server.close();
  await failed;
});

test('closing twice, at once or before listening is one closing', async (t) => {
  const http = await startHttp(t);
  await Promise.all([http.server.close(), http.server.close()]);
  await http.server.close();
  assert.equal(http.services.subscribers(), 0);
});

test('a port that is taken is an error that says what to do', async (t) => {
  const first = await startHttp(t);
  const options = { services: first.services, token: 'x', log: pino({ level: 'silent' }), version: '0' };
  const server = createHttpServer(options);
  t.after(() => server.close());
  await assert.rejects(server.listen(first.port), (error) => {
    assert.ok(error instanceof ReeveError);
    assert.equal(error.code, 'IO_FAILED');
    assert.match(error.message, /is taken/);
    assert.match(error.hint ?? '', /another port/);
    return true;
  });
});
