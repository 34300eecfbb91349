import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  createProject,
  GREET,
  openDaemon,
  packOf,
  runToEnd,
  shell,
  type WorkerEntry,
} from '../../helpers/daemon-fixture.ts';

test('a worker program that does not exist needs a person, spends no retry, and says how to go on', async (t) => {
  const worker: WorkerEntry = { kind: 'command', command: ['no-such-program-here'] };
  const project = await createProject(t, { workers: { missing: worker } });
  await project.drop(packOf());
  await runToEnd(project);
  const task = await project.task('T-1');
  assert.equal(task.final_status, 'needs_person');
  assert.deepEqual(
    task.attempts.map(({ reason_code, next_action }) => [reason_code, next_action]),
    [['COMMAND_NOT_FOUND', 'BLOCK']],
  );
  assert.match(task.explanation, /no-such-program-here/);
  assert.match(task.explanation, /reeve retry T-1/);
});

test('a required command whose program is missing is found before the worker is started', async (t) => {
  const worker = shell('echo run >> "$HOME/ran.txt"');
  const project = await createProject(t, { workers: { counted: worker } });
  await project.drop(packOf({ commands_to_run: ['no-such-checker --all', 'test -f docs/hello.md'] }));
  const daemon = await runToEnd(project);
  const task = await project.task('T-1');
  assert.equal(task.reason_code, 'COMMAND_NOT_FOUND');
  assert.match(task.explanation, /no-such-checker.*interpreters/);
  assert.deepEqual(
    daemon.events.filter(({ type }) => type === 'worker.spawned'),
    [],
  );
  await assert.rejects(readFile(join(project.home, 'ran.txt')), { code: 'ENOENT' });
});

test('a scenario that is not there is told of by name, and the daemon is not said to have gone away', async (t) => {
  const project = await createProject(t, {
    settings: { workers: { demo: { kind: 'scripted', scenario: '/nowhere/at-all.json' } } },
  });
  await project.drop(packOf());
  await runToEnd(project);
  const task = await project.task('T-1');
  assert.equal(task.final_status, 'needs_person');
  assert.match(task.explanation, /at-all\.json/);
});

test('a folder that is no repository needs a person', async (t) => {
  const project = await createProject(t, { commits: 'none', workers: { greet: GREET } });
  await project.drop(packOf());
  await runToEnd(project);
  const task = await project.task('T-1');
  assert.equal(task.final_status, 'needs_person');
  assert.match(task.explanation, /git init/);
  assert.deepEqual(task.attempts, []);
});

test('a repository without a commit needs a person, and goes on once there is one', async (t) => {
  const project = await createProject(t, { commits: 'empty', workers: { greet: GREET } });
  const daemon = await openDaemon(project);
  await project.drop(packOf());
  const { data } = await daemon.event('task.escalated');
  assert.match(data.detail, /commit/);
  project.git('commit', '--quiet', '--allow-empty', '--message', 'First');
  const actor = { kind: 'person', id: 'someone' } as const;
  await daemon.services.commands.retryTask('default', 'T-1', 'there is a commit now', actor);
  await daemon.event('task.closed');
  assert.equal((await project.task('T-1')).final_status, 'accepted');
});

test('a worker that is not configured, or not chosen, needs a person who is told which there are', async (t) => {
  const project = await createProject(t, { workers: { one: GREET, two: GREET } });
  await project.drop(packOf(), { name: 'a.json' });
  await project.drop(packOf({ task_id: 'T-2', worker: 'three' }), { name: 'b.json' });
  await runToEnd(project);
  assert.match((await project.task('T-1')).explanation, /no worker is chosen.*one, two.*default_worker/);
  assert.match((await project.task('T-2')).explanation, /three is not configured.*one, two/);
});
