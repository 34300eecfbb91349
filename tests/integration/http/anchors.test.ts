import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHttpClient } from '../../../daemon/http/client.ts';
import type { ProblemDocument } from '../../../daemon/http/problem-document.ts';
import { readJson, startHttp, TOKEN } from '../../helpers/http-fixture.ts';

const PATH = '/api/v1/projects/p/anchors';
const PROOF = Buffer.from([0x30, 0x82, 0xff]);
const BODY = { kind: 'rfc3161', checkpoint: 'a note\n', proof: PROOF.toString('base64') };

test('takes a proof in base64, by the actor given or as the HTTP tool', async (t) => {
  const { postJson, services } = await startHttp(t);
  const actor = { kind: 'person', id: 'someone' };
  const response = await postJson(PATH, { ...BODY, actor });
  assert.equal(response.status, 201);
  assert.deepEqual((await readJson<{ data: unknown }>(response)).data, services.events[0]);
  await postJson(PATH, BODY);
  const record = { ...BODY, proof: PROOF };
  assert.deepEqual(services.calls, [
    ['recordAnchor', 'p', record, actor],
    ['recordAnchor', 'p', record, { kind: 'tool', id: 'http' }],
  ]);
});

test('the client sends the proof byte for byte', async (t) => {
  const { services, url } = await startHttp(t);
  const actor = { kind: 'person', id: 'someone' } as const;
  const record = { kind: 'ssh_signature', checkpoint: 'a note\n', proof: PROOF } as const;
  await createHttpClient({ url, token: TOKEN }).recordAnchor('p', record, actor);
  assert.deepEqual(services.calls, [['recordAnchor', 'p', record, actor]]);
});

test('refuses another kind, other members, a proof that is no base64 or too long', async (t) => {
  const { postJson, services } = await startHttp(t);
  const wrong = [
    ['/body/kind', { ...BODY, kind: 'user_state' }],
    ['/body/proof', { ...BODY, proof: 'a proof' }],
    ['/body/proof', { ...BODY, proof: 'A'.repeat(43_696) }],
    ['/body/checkpoint', { ...BODY, checkpoint: 'x'.repeat(16_385) }],
    ['/body/path', { ...BODY, path: '../x' }],
  ] as const;
  for (const [pointer, body] of wrong) {
    const response = await postJson(PATH, body);
    assert.equal(response.status, 400);
    assert.equal((await readJson<ProblemDocument>(response)).problems?.[0]?.pointer, pointer);
  }
  assert.deepEqual(services.calls, []);
});
