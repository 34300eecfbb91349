import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskDetail, TaskSummary } from '../../../daemon/ports/services.ts';
import type { LedgerEvent } from '../../../protocol/events.ts';
import { readJson, startHttp } from '../../helpers/http-fixture.ts';

interface TaskPage {
  readonly data: readonly TaskSummary[];
  readonly meta: { readonly total: number; readonly next: string | null };
}

interface EventPage {
  readonly data: readonly LedgerEvent[];
  readonly meta: { readonly next_after_seq: number | null };
}

async function idsOf(response: Response) {
  assert.equal(response.status, 200);
  const { data, meta } = await readJson<TaskPage>(response);
  const ids = data.map(({ project_id, task_id }) => `${project_id}/${task_id}`);
  return { ids, meta };
}

test('pages through the tasks once each, while others come', async (t) => {
  const { fetch, services } = await startHttp(t);
  for (const id of ['T5', 'T1', 'T3', 'T7']) services.addTask(id, 'running');
  services.addTask('T2', 'running', 'a');
  const first = await idsOf(await fetch('/api/v1/tasks?limit=2'));
  assert.deepEqual(first, { ids: ['a/T2', 'default/T1'], meta: { total: 5, next: 'default/T1' } });
  services.addTask('T0', 'running');
  services.addTask('T4', 'running');
  const second = await idsOf(
    await fetch(`/api/v1/tasks?limit=9&after=${encodeURIComponent(first.meta.next ?? '')}`),
  );
  assert.deepEqual(second.ids, ['default/T3', 'default/T4', 'default/T5', 'default/T7']);
  assert.equal(second.meta.next, null);
});

test('a page that ends exactly at the last row has no next', async (t) => {
  const { fetch, services } = await startHttp(t);
  for (const id of ['T1', 'T2']) services.addTask(id, 'running');
  assert.equal((await idsOf(await fetch('/api/v1/tasks?limit=2'))).meta.next, null);
});

test('filters by project and by one or several statuses', async (t) => {
  const { fetch, services } = await startHttp(t);
  services.addTask('T1', 'running');
  services.addTask('T2', 'queued');
  services.addTask('T3', 'accepted');
  services.addTask('T4', 'accepted', 'other');
  assert.deepEqual((await idsOf(await fetch('/api/v1/tasks?status=queued'))).ids, ['default/T2']);
  const both = await idsOf(await fetch('/api/v1/tasks?status=queued&status=accepted&project=default'));
  assert.deepEqual(both.ids, ['default/T2', 'default/T3']);
});

test('shows one task, and needs the project only where the id is ambiguous', async (t) => {
  const { fetch, services } = await startHttp(t);
  services.addTask('T1', 'running');
  services.addTask('T1', 'queued', 'other');
  assert.equal((await fetch('/api/v1/tasks/T1')).status, 400);
  const { data } = await readJson<{ data: TaskDetail }>(await fetch('/api/v1/tasks/T1?project=other'));
  assert.equal(data.project_id, 'other');
  assert.equal((await fetch('/api/v1/tasks/T9')).status, 404);
});

test('hands a task’s events out page by page', async (t) => {
  const { fetch, services } = await startHttp(t);
  for (let n = 0; n < 5; n += 1) services.announce('T1');
  const page = async (query: string) => readJson<EventPage>(await fetch(`/api/v1/tasks/T1/events?${query}`));
  const first = await page('limit=3');
  assert.deepEqual(
    first.data.map(({ seq }) => seq),
    [1, 2, 3],
  );
  const second = await page(`limit=3&after_seq=${first.meta.next_after_seq}`);
  assert.deepEqual(
    second.data.map(({ seq }) => seq),
    [4, 5],
  );
  assert.equal(second.meta.next_after_seq, null);
});

test('streams all of a task’s events as canonical lines where NDJSON is asked for', async (t) => {
  const { fetch, services } = await startHttp(t);
  for (let n = 0; n < 30; n += 1) services.announce('T1', { filling: 20_000 });
  const response = await fetch('/api/v1/tasks/T1/events?limit=1', {
    headers: { accept: 'application/x-ndjson' },
  });
  assert.equal(response.headers.get('content-type'), 'application/x-ndjson');
  assert.equal(response.headers.get('cache-control'), 'no-store');
  const lines = (await response.text()).trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    services.events,
  );
  assert.ok(lines.every((line) => line.startsWith('{"actor":')));
});

test('an unknown task is a 404 also where NDJSON is asked for', async (t) => {
  const { fetch } = await startHttp(t);
  const response = await fetch('/api/v1/tasks/T9/events', { headers: { accept: 'application/x-ndjson' } });
  assert.equal(response.status, 404);
});

test('cuts an NDJSON answer that fails midway, so that it cannot look complete', async (t) => {
  const { fetch, services } = await startHttp(t);
  services.announce('T1');
  services.announce('T1');
  let steps = 0;
  services.pace = async () => {
    steps += 1;
    if (steps === 2) throw new Error('disk gone');
  };
  const response = await fetch('/api/v1/tasks/T1/events', { headers: { accept: 'application/x-ndjson' } });
  assert.equal(response.status, 200);
  await assert.rejects(response.text());
});
