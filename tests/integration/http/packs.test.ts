import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { ProblemDocument } from '../../../daemon/http/problem-document.ts';
import type { SubmitAnswer, SubmitRequest } from '../../../daemon/ports/services.ts';
import { ReeveError } from '../../../protocol/errors.ts';
import { acceptedAnswer } from '../../helpers/fake-services.ts';
import { readJson, startHttp } from '../../helpers/http-fixture.ts';
import type { HttpFixture } from '../../helpers/http-fixture.ts';

function post(http: HttpFixture, body: string | Uint8Array, headers = {}, query = 'project=default') {
  return http.fetch(`/api/v1/packs?${query}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

test('hands the body over byte for byte, whatever it holds', async (t) => {
  const http = await startHttp(t);
  const bytes = Uint8Array.from([0xef, 0xbb, 0xbf, 0x7b, 0xff, 0x00, 0x0a, 0x7d]);
  const response = await post(http, bytes, {}, 'project=p&name=a.json&worker=fix');
  assert.equal(response.status, 202);
  const { data } = await readJson<{ data: SubmitAnswer }>(response);
  assert.equal(data.pack_sha256, createHash('sha256').update(bytes).digest('hex'));
  const [, request] = http.services.calls[0] ?? [];
  const { bytes: received, ...rest } = request as SubmitRequest;
  assert.deepEqual(Uint8Array.from(received), bytes);
  assert.deepEqual(rest, { name: 'a.json', projectId: 'p', source: 'http', worker: 'fix' });
});

test('answers 200 for a duplicate and 422 with every problem for a refusal', async (t) => {
  const http = await startHttp(t);
  http.services.override({
    submitPack: async (request) => ({ ...acceptedAnswer(request), outcome: 'duplicate' }),
  });
  assert.equal((await post(http, '{}')).status, 200);
  const problems = [{ code: 'MISSING', pointer: '/goal', message: 'is missing' }];
  http.services.override({
    submitPack: async (request) => ({
      ...acceptedAnswer(request),
      outcome: 'refused',
      problems,
      kept_as: 'default/rejected/pack.json',
    }),
  });
  const refused = await post(http, '{}');
  assert.equal(refused.status, 422);
  const problem = await readJson<ProblemDocument>(refused);
  assert.equal(problem.code, 'PACK_INVALID');
  assert.deepEqual(problem.problems, problems);
  assert.equal(problem.answer?.kept_as, 'default/rejected/pack.json');
});

test('takes 1 MiB and a little more, and refuses what is beyond with 413', async (t) => {
  const http = await startHttp(t);
  assert.equal((await post(http, new Uint8Array(1_048_577))).status, 202);
  assert.equal((await post(http, new Uint8Array(1_048_576 + 4_097))).status, 413);
  assert.equal(http.services.calls.length, 1);
});

test('gives a pack that names no project to the default one', async (t) => {
  const http = await startHttp(t);
  const answer = await post(http, '{}', {}, '');
  assert.equal(answer.status, 202);
  assert.match(JSON.stringify(http.services.calls), /"projectId":"default"/);
});

test('refuses another media type and a name that is a path', async (t) => {
  const http = await startHttp(t);
  assert.equal((await post(http, 'x', { 'content-type': 'text/plain' })).status, 415);
  assert.equal((await post(http, '{}', {}, 'project=p&name=..%2Fx')).status, 400);
  assert.equal((await post(http, '{}', {}, 'project=p&name=a%0ab')).status, 400);
  assert.equal((await post(http, '{}', {}, 'project=..')).status, 400);
  assert.deepEqual(http.services.calls, []);
});

test('gives a repeated key the first answer without doing the work again', async (t) => {
  const http = await startHttp(t);
  const first = await post(http, '{"a":1}', { 'idempotency-key': 'k1' });
  http.services.override({
    submitPack: async (request) => ({ ...acceptedAnswer(request), outcome: 'duplicate' }),
  });
  const again = await post(http, '{"a":1}', { 'idempotency-key': 'k1' });
  assert.equal(again.status, 202);
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  assert.equal(first.headers.get('idempotency-replayed'), null);
  assert.deepEqual(await again.json(), await first.json());
  assert.equal(http.services.calls.length, 1);
});

test('refuses a key used for other bytes, another project, name or worker', async (t) => {
  const http = await startHttp(t);
  const key = { 'idempotency-key': 'k1' };
  await post(http, '{}', key, 'project=p');
  for (const query of ['project=q', 'project=p&name=b.json', 'project=p&worker=w']) {
    assert.equal((await post(http, '{}', key, query)).status, 409, query);
  }
  const other = await post(http, '{ }', key, 'project=p');
  assert.equal(other.status, 409);
  assert.equal((await readJson<ProblemDocument>(other)).code, 'CONFLICT');
});

test('a repeat that comes while the first is under way waits for its answer', async (t) => {
  const http = await startHttp(t);
  let resolve = (): void => {};
  const release = new Promise<void>((done) => (resolve = done));
  http.services.override({
    submitPack: async (request) => {
      await release;
      return acceptedAnswer(request);
    },
  });
  const both = [post(http, '{}', { 'idempotency-key': 'k' }), post(http, '{}', { 'idempotency-key': 'k' })];
  while (http.services.calls.length === 0) await setImmediate();
  resolve();
  const statuses = (await Promise.all(both)).map(({ status }) => status);
  assert.deepEqual(statuses, [202, 202]);
  assert.equal(http.services.calls.length, 1);
});

test('forgets a key whose work failed', async (t) => {
  const http = await startHttp(t);
  http.services.override({
    submitPack: () => Promise.reject(new ReeveError('LEDGER_WRITE_FAILED', 'Disk full.')),
  });
  assert.equal((await post(http, '{}', { 'idempotency-key': 'k' })).status, 500);
  http.services.override({});
  const again = await post(http, '{}', { 'idempotency-key': 'k' });
  assert.equal(again.status, 202);
  assert.equal(again.headers.get('idempotency-replayed'), null);
});

test('keeps a bounded number of keys, the newest', async (t) => {
  const http = await startHttp(t, { idempotencyKeys: 2 });
  for (const key of ['a', 'b', 'c']) await post(http, '{}', { 'idempotency-key': key });
  const replayed = async (key: string) =>
    (await post(http, '{}', { 'idempotency-key': key })).headers.get('idempotency-replayed');
  assert.equal(await replayed('c'), 'true');
  assert.equal(await replayed('b'), 'true');
  assert.equal(await replayed('a'), null);
});

test('refuses a key that is too long or not visible ASCII', async (t) => {
  const http = await startHttp(t);
  for (const key of ['x'.repeat(256), 'a b', 'é']) {
    assert.equal((await post(http, '{}', { 'idempotency-key': key })).status, 400);
  }
});
