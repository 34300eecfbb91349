import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CODES, ReeveError } from '../../../protocol/errors.ts';
import { STATUS_OF } from '../../../daemon/http/status-of.ts';
import type { ProblemDocument } from '../../../daemon/http/problem-document.ts';
import { readJson, startHttp, TOKEN } from '../../helpers/http-fixture.ts';
import { sendRaw } from '../../helpers/raw-http.ts';

const JSON_BODY = { 'content-type': 'application/json' };

async function problemOf(response: Response, status: number, code: string) {
  assert.equal(response.status, status);
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  const problem = await readJson<ProblemDocument>(response);
  assert.equal(problem.status, status);
  assert.equal(problem.code, code);
  return problem;
}

function pointersOf(problem: ProblemDocument): string[] {
  return (problem.problems ?? []).map(({ pointer }) => pointer).sort();
}

test('answers an unknown path with 404 and a known path’s other methods with 405 and Allow', async (t) => {
  const { fetch } = await startHttp(t);
  await problemOf(await fetch('/api/v1/nowhere'), 404, 'NOT_FOUND');
  const put = await fetch('/api/v1/tasks/T1', {
    method: 'PUT',
    body: 'x',
    headers: { 'content-type': 'a/b' },
  });
  await problemOf(put, 405, 'METHOD_NOT_ALLOWED');
  assert.equal(put.headers.get('allow'), 'GET');
  const get = await fetch('/api/v1/packs');
  await problemOf(get, 405, 'METHOD_NOT_ALLOWED');
  assert.equal(get.headers.get('allow'), 'POST');
});

test('answers HEAD where a health check uses it', async (t) => {
  const { fetch } = await startHttp(t);
  const response = await fetch('/healthz', { method: 'HEAD' });
  assert.equal(response.status, 200);
  assert.equal(await response.text(), '');
});

test('refuses bodies that are not JSON: by type 415, by content 400', async (t) => {
  const { fetch } = await startHttp(t);
  const post = (body: string, type: string) =>
    fetch('/api/v1/exports', { method: 'POST', body, headers: { 'content-type': type } });
  await problemOf(await post('a: 1', 'application/yaml'), 415, 'UNSUPPORTED_MEDIA_TYPE');
  await problemOf(await post('a=1', 'application/x-www-form-urlencoded'), 415, 'UNSUPPORTED_MEDIA_TYPE');
  await problemOf(await post('{', 'application/json'), 400, 'USAGE');
  await problemOf(await post('', 'application/json'), 400, 'USAGE');
  await problemOf(await post('{"__proto__": {"file": "/x"}}', 'application/json'), 400, 'USAGE');
});

test('names everything wrong with a request at once, by pointer', async (t) => {
  const { fetch, postJson, services } = await startHttp(t);
  const query = await problemOf(await fetch('/api/v1/tasks?limit=0&status=lost&extra=1'), 400, 'USAGE');
  assert.deepEqual(pointersOf(query), ['/query/extra', '/query/limit', '/query/status/0']);
  const body = await postJson('/api/v1/projects/p/tasks/t/close', { final_status: 'done', who: 1 });
  const bodyProblem = await problemOf(body, 400, 'USAGE');
  assert.deepEqual(pointersOf(bodyProblem), ['/body/detail', '/body/final_status', '/body/who']);
  assert.deepEqual(services.calls, []);
});

test('bounds the number of problems named', async (t) => {
  const { postJson } = await startHttp(t);
  const extra = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`k${index}`, 1]));
  const problem = await problemOf(await postJson('/api/v1/exports', extra), 400, 'USAGE');
  assert.equal(problem.problems?.length, 50);
});

test('does not turn a string in a JSON body into a number', async (t) => {
  const { postJson } = await startHttp(t);
  const response = await postJson('/api/v1/exports', { project_id: 'p', file: '/x', overwrite: 'true' });
  const problem = await problemOf(response, 400, 'USAGE');
  assert.equal(problem.problems?.[0]?.pointer, '/body/overwrite');
});

test('accepts an id of 128 characters and refuses one of 129, and one that is no id', async (t) => {
  const { fetch, services } = await startHttp(t);
  services.addTask('x'.repeat(128), 'running');
  assert.equal((await fetch(`/api/v1/tasks/${'x'.repeat(128)}`)).status, 200);
  await problemOf(await fetch(`/api/v1/tasks/${'x'.repeat(129)}`), 400, 'USAGE');
  await problemOf(await fetch(`/api/v1/tasks/${encodeURIComponent('../etc')}`), 400, 'USAGE');
  await problemOf(await fetch(`/api/v1/tasks/${'x'.repeat(2000)}`), 400, 'USAGE');
});

test('refuses a body beyond its limit with 413', async (t) => {
  const { fetch } = await startHttp(t);
  const body = JSON.stringify({ file: 'x'.repeat(70_000) });
  await problemOf(
    await fetch('/api/v1/exports', { method: 'POST', body, headers: JSON_BODY }),
    413,
    'PAYLOAD_TOO_LARGE',
  );
});

test('gives every error of Reeve’s its status, message and hint', async (t) => {
  const { fetch, services } = await startHttp(t);
  for (const code of ERROR_CODES) {
    services.override({
      rebuild: () => Promise.reject(new ReeveError(code, 'It is so.', { hint: 'Do this.' })),
    });
    const problem = await problemOf(
      await fetch('/api/v1/rebuild', { method: 'POST' }),
      STATUS_OF[code],
      code,
    );
    assert.equal(problem.detail, 'It is so.');
    assert.equal(problem.hint, 'Do this.');
  }
});

test('passes an error’s list of problems on', async (t) => {
  const { fetch, services } = await startHttp(t);
  const problems = [{ code: 'X', pointer: '/a', message: 'is wrong' }];
  services.override({
    rebuild: () =>
      Promise.reject(new ReeveError('CONFIG_INVALID', 'Wrong.', { details: { problems, secret: 1 } })),
  });
  const problem = await problemOf(await fetch('/api/v1/rebuild', { method: 'POST' }), 422, 'CONFIG_INVALID');
  assert.deepEqual(problem.problems, problems);
  assert.ok(!('secret' in problem));
});

test('tells nothing of a bug but the request id, and logs the rest under it', async (t) => {
  const { fetch, services, logged } = await startHttp(t);
  const bug = Object.assign(new TypeError('secret at /home/someone'), { statusCode: 404, code: 'ENOENT' });
  services.override({ rebuild: () => Promise.reject(bug) });
  const problem = await problemOf(await fetch('/api/v1/rebuild', { method: 'POST' }), 500, 'BUG');
  assert.doesNotMatch(JSON.stringify(problem), /secret|\.ts|stack/);
  const id = /request id (\S+)\.$/.exec(problem.hint ?? '')?.[1];
  assert.ok(logged.some((line) => line.includes(`"reqId":"${id}"`) && line.includes('secret at')));
});

test('answers what never became a request with a problem too', async (t) => {
  const { port } = await startHttp(t);
  const garbage = await sendRaw(port, 'what is this\r\n\r\n');
  assert.match(garbage, /^HTTP\/1\.1 400 [\s\S]*application\/problem\+json[\s\S]*"code":"USAGE"/);
  const headers = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`;
  assert.match(await sendRaw(port, headers), /^HTTP\/1\.1 431 [\s\S]*"code":"HEADERS_TOO_LARGE"/);
  const path = `GET /api/v1/tasks/%zz HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${TOKEN}\r\nConnection: close\r\n\r\n`;
  assert.match(await sendRaw(port, path), /^HTTP\/1\.1 400 [\s\S]*"code":"USAGE"/);
});

test('ends a request that never arrives', async (t) => {
  const { port } = await startHttp(t, { headersMs: 50, requestMs: 50 });
  const half = await sendRaw(port, `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`);
  assert.match(half, /^HTTP\/1\.1 408 [\s\S]*"code":"REQUEST_TIMEOUT"/);
});

test('says 503 with every reason while not ready', async (t) => {
  const { fetch, services } = await startHttp(t);
  services.setReady(false, ['the ledger is being recovered', 'git is missing']);
  const problem = await problemOf(await fetch('/readyz'), 503, 'NOT_READY');
  assert.deepEqual(
    problem.problems?.map(({ message }) => message),
    ['the ledger is being recovered', 'git is missing'],
  );
});
