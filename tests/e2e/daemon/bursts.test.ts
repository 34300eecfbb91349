import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  createProject,
  openDaemon,
  packOf,
  shell,
  type ProjectFixture,
} from '../../helpers/daemon-fixture.ts';

async function dropAll(
  project: ProjectFixture,
  count: number,
  toText: (index: number) => string,
): Promise<string> {
  const inbox = join(project.workflow, 'default/inbox');
  await mkdir(inbox, { recursive: true });
  for (let from = 0; from < count; from += 500) {
    const part = Array.from({ length: Math.min(500, count - from) }, (_, index) => from + index);
    await Promise.all(part.map((index) => writeFile(join(inbox, `p${index}.json`), toText(index))));
  }
  return inbox;
}

test('ten thousand files at once are each refused, kept, explained and recorded', async (t) => {
  const count = 10_000;
  const project = await createProject(t);
  const daemon = await openDaemon(project);
  const inbox = await dropAll(project, count, (index) => `{"task_id": "T-${index}"}`);
  await daemon.settled();
  assert.deepEqual(await readdir(inbox), []);
  const kept = await readdir(join(project.workflow, 'default/rejected'));
  assert.equal(kept.filter((name) => /^p\d+\.json$/.test(name)).length, count);
  assert.equal(kept.filter((name) => name.endsWith('.errors.json')).length, count);
  const names = daemon.events.flatMap((event) => (event.type === 'pack.refused' ? [event.data.name] : []));
  assert.equal(names.length, count);
  assert.equal(new Set(names).size, count);
  await daemon.close('the burst is over');
  await project.assertVerified();
});

test('three hundred packs at once are each accepted and carried to an end', async (t) => {
  const count = 300;
  const project = await createProject(t, {
    workers: { no: shell('exit 1') },
    settings: {
      retry: { max_attempts: 1, max_rework_rounds: 0, on_exhausted: 'reject' },
      limits: { parallel: 4 },
    },
  });
  const daemon = await openDaemon(project);
  const inbox = await dropAll(project, count, (index) => JSON.stringify(packOf({ task_id: `T-${index}` })));
  await daemon.settled();
  assert.deepEqual(await readdir(inbox), []);
  const tasks = await project.queries.listTasks();
  assert.equal(tasks.length, count);
  assert.deepEqual([...new Set(tasks.map(({ status }) => status))], ['rejected']);
  assert.deepEqual(await project.worktrees(), []);
  await daemon.close('the burst is over');
  await project.assertVerified();
});
