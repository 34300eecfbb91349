import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProblemDocument } from '../../../daemon/http/problem-document.ts';
import { readJson, startHttp, TOKEN } from '../../helpers/http-fixture.ts';
import { sendRaw } from '../../helpers/raw-http.ts';

function requestText(path: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return `GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}

function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}

test('health and readiness answer without a token, everything else does not', async (t) => {
  const { url } = await startHttp(t);
  for (const path of ['/healthz', '/readyz']) assert.equal((await fetch(url + path)).status, 200);
  for (const path of ['/api/v1/tasks', '/api/v1/openapi.json', '/nowhere', '/healthz/']) {
    const response = await fetch(url + path);
    assert.equal(response.status, 401, path);
    assert.equal(response.headers.get('www-authenticate'), 'Bearer realm="reeve"');
  }
});

test('refuses a wrong token of any length and any other scheme', async (t) => {
  const { url } = await startHttp(t);
  const wrong = [
    'Bearer x',
    `Bearer ${TOKEN}0`,
    `Bearer ${TOKEN.slice(1)}`,
    `Basic ${TOKEN}`,
    TOKEN,
    'Bearer',
  ];
  for (const authorization of wrong) {
    const response = await fetch(`${url}/api/v1/tasks`, { headers: { authorization } });
    assert.equal(response.status, 401, authorization);
    const problem = await readJson<ProblemDocument>(response);
    assert.equal(problem.code, 'UNAUTHORIZED');
    assert.ok(!JSON.stringify(problem).includes(TOKEN));
  }
  const lower = await fetch(`${url}/api/v1/tasks`, { headers: { authorization: `bearer ${TOKEN}` } });
  assert.equal(lower.status, 200);
});

test('refuses before reading a body', async (t) => {
  const { url, services } = await startHttp(t);
  const response = await fetch(`${url}/api/v1/packs?project=p`, {
    method: 'POST',
    body: '{',
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(response.status, 401);
  assert.deepEqual(services.calls, []);
});

test('refuses a Host that is not a loopback name with the port', async (t) => {
  const { port } = await startHttp(t);
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, `LocalHost:${port}`]) {
    assert.equal(statusOf(await sendRaw(port, requestText('/healthz', { Host: host }))), 200, host);
  }
  const foreign = [
    'evil.example',
    `evil.example:${port}`,
    'localhost',
    '127.0.0.1:1',
    `127.0.0.1.evil:${port}`,
    '',
  ];
  for (const host of foreign) {
    const answer = await sendRaw(port, requestText('/healthz', { Host: host }));
    assert.equal(statusOf(answer), 403, host);
    assert.match(answer, /application\/problem\+json[\s\S]*"code":"FORBIDDEN"/);
  }
});

test('refuses a foreign Origin even with the token, and answers its own', async (t) => {
  const { port, fetch: get } = await startHttp(t);
  for (const origin of [
    'https://evil.example',
    'null',
    `https://127.0.0.1:${port}`,
    'http://localhost:1',
    '',
  ]) {
    const answer = await sendRaw(
      port,
      requestText('/api/v1/tasks', {
        Host: `127.0.0.1:${port}`,
        Authorization: `Bearer ${TOKEN}`,
        Origin: origin,
      }),
    );
    assert.equal(statusOf(answer), 403, origin);
  }
  const own = await get('/api/v1/tasks', { headers: { origin: `http://localhost:${port}` } });
  assert.equal(own.status, 200);
});

test('never sends a CORS header, not even to a preflight', async (t) => {
  const { port, fetch: get } = await startHttp(t);
  const answers = [
    await get('/api/v1/tasks', { headers: { origin: `http://localhost:${port}` } }),
    await get('/api/v1/tasks', { method: 'OPTIONS' }),
    await get('/api/v1/tasks', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } }),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 405, 403],
  );
  for (const { headers } of answers) {
    assert.deepEqual(
      [...headers.keys()].filter((name) => name.startsWith('access-control')),
      [],
    );
  }
});

test('listens on 127.0.0.1 only', async (t) => {
  const { url } = await startHttp(t);
  assert.equal(new URL(url).hostname, '127.0.0.1');
});

test('never logs the token', async (t) => {
  const { fetch: get, logged, services } = await startHttp(t);
  services.override({
    rebuild: () => Promise.reject(new Error('broken')),
  });
  await get('/api/v1/tasks');
  await get('/nowhere');
  await get('/api/v1/rebuild', { method: 'POST' });
  assert.ok(logged.some((line) => line.includes('broken')));
  assert.ok(logged.every((line) => !line.includes(TOKEN)));
});
