import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import type { ProblemDocument } from '../../../daemon/http/problem-document.ts';
import { readJson, startHttp } from '../../helpers/http-fixture.ts';

const ATTEMPT = {
  run_id: 'T1_run1',
  step_id: 'S1',
  result: 'FAIL',
  controller_verdict: null,
  reason_code: 'COMMAND_FAILED',
  reason_detail: 'exit 1',
  files_changed: ['a.ts'],
};

test('records an outside attempt, by the actor given or as the HTTP tool', async (t) => {
  const { postJson, services } = await startHttp(t);
  const actor = { kind: 'person', id: 'someone' };
  const response = await postJson('/api/v1/projects/p/tasks/T1/attempts', { ...ATTEMPT, r: 0, s: 1, actor });
  assert.equal(response.status, 201);
  assert.deepEqual((await readJson<{ data: unknown }>(response)).data, services.events[0]);
  await postJson('/api/v1/projects/p/tasks/T1/attempts', ATTEMPT);
  assert.deepEqual(services.calls, [
    ['reportAttempt', 'p', 'T1', { ...ATTEMPT, r: 0, s: 1 }, actor],
    ['reportAttempt', 'p', 'T1', ATTEMPT, { kind: 'tool', id: 'http' }],
  ]);
});

test('nobody can act as the daemon', async (t) => {
  const { postJson, services } = await startHttp(t);
  const actor = { kind: 'daemon', id: 'reeve' };
  const response = await postJson('/api/v1/projects/p/tasks/T1/retry', { reason: 'x', actor });
  assert.equal(response.status, 400);
  assert.deepEqual(services.calls, []);
});

test('closes a task and gives fresh retries', async (t) => {
  const { postJson, services } = await startHttp(t);
  const close = { final_status: 'rejected', detail: 'not wanted' };
  assert.equal((await postJson('/api/v1/projects/p/tasks/T1/close', close)).status, 200);
  assert.equal((await postJson('/api/v1/projects/p/tasks/T1/retry', { reason: 'fixed' })).status, 200);
  const tool = { kind: 'tool', id: 'http' };
  assert.deepEqual(services.calls, [
    ['closeTask', 'p', 'T1', close, tool],
    ['retryTask', 'p', 'T1', 'fixed', tool],
  ]);
});

test('exports and imports by absolute path only', async (t) => {
  const { postJson, services } = await startHttp(t);
  const file = resolve('out.zip');
  assert.equal((await postJson('/api/v1/exports', { project_id: 'p', file })).status, 201);
  assert.equal((await postJson('/api/v1/imports', { file, as: 'q' })).status, 201);
  assert.equal((await postJson('/api/v1/imports', { file })).status, 200);
  const choice = { tasks: ['T-1'], since: '2026-02-19T12:00:00.000Z', redact: ['events.jsonl:4'] };
  assert.equal((await postJson('/api/v1/exports', { project_id: 'p', file, ...choice })).status, 201);
  assert.equal((await postJson('/api/v1/imports', { file, fast_forward: true })).status, 200);
  assert.deepEqual(
    services.calls.map((call) => call.slice(0, 2)),
    [
      ['exportArchive', { projectId: 'p', file, overwrite: false }],
      ['importArchive', { file, as: 'q', fastForward: false }],
      ['importArchive', { file, as: null, fastForward: false }],
      ['exportArchive', { projectId: 'p', file, overwrite: false, ...choice }],
      ['importArchive', { file, as: null, fastForward: true }],
    ],
  );
  const relative = await postJson('/api/v1/imports', { file: 'out.zip' });
  assert.equal(relative.status, 400);
  assert.equal((await readJson<ProblemDocument>(relative)).problems?.[0]?.pointer, '/body/file');
  for (const wrong of [{ since: '30d' }, { tasks: [] }, { tasks: ['../x'] }, { redact: [''] }])
    assert.equal((await postJson('/api/v1/exports', { project_id: 'p', file, ...wrong })).status, 400);
  assert.equal(services.calls.length, 5);
});

test('answers a stop before it stops', async (t) => {
  const { fetch, postJson, services, server, logged } = await startHttp(t);
  let isAnswered = false;
  const stopped = new Promise<string>((resolveStop) => {
    services.stop = (reason) => {
      isAnswered = logged.some((line) => line.includes('"route":"/api/v1/stop"'));
      resolveStop(reason);
      void server.close();
    };
  });
  const response = await postJson('/api/v1/stop', { reason: 'tests are done' });
  assert.equal(response.status, 202);
  assert.deepEqual(await response.json(), { data: { status: 'stopping' }, meta: {} });
  assert.equal(await stopped, 'tests are done');
  assert.ok(isAnswered);
  await server.close();
  await assert.rejects(fetch('/healthz'));
});

test('stop and rebuild need no body', async (t) => {
  const { fetch, services } = await startHttp(t);
  assert.equal((await fetch('/api/v1/rebuild', { method: 'POST' })).status, 200);
  assert.equal((await fetch('/api/v1/stop', { method: 'POST' })).status, 202);
  assert.deepEqual(services.calls[0], ['rebuild']);
});
