import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { isRunning, makeRunFolder, program } from './run-folder.ts';

test('does not wait for a grandchild that holds stdout, and ends it', async (t) => {
  const folder = await makeRunFolder(t);
  const run = await folder.run(program('forks-grandchild-holding-stdout.sh'));
  const grandchild = Number(await folder.stdout());
  assert.equal(run.end.cause, 'exited');
  assert.equal(run.end.exit_code, 0);
  assert.deepEqual(run.leftovers, [grandchild]);
  assert.deepEqual(run.end.survivors, []);
  assert.equal(isRunning(grandchild), false);
});

test('ends a child that left the session', async (t) => {
  const folder = await makeRunFolder(t);
  const run = await folder.runUntil('\n', program('setsid-escapes.sh'));
  const escaped = Number(await folder.stdout());
  assert.ok(escaped > 0);
  assert.equal(run.end.cause, 'cancelled');
  assert.deepEqual(run.end.survivors, []);
  assert.equal(isRunning(escaped), false);
});

test('ends a daemon that has neither parent, group, session nor pipe in common with the worker', async (t) => {
  const folder = await makeRunFolder(t);
  const pidFile = path.join(folder.path, 'daemon.pid');
  const run = await folder.run(program('double-forks.sh', pidFile));
  const daemon = Number(await readFile(pidFile, 'utf8'));
  assert.ok(daemon > 0);
  assert.deepEqual(run.leftovers, [daemon]);
  assert.equal(isRunning(daemon), false);
});

test('ends a child that was forked in answer to SIGTERM', async (t) => {
  const folder = await makeRunFolder(t);
  const run = await folder.runUntil('ready', program('forks-while-dying.sh'));
  const [ready, born] = (await folder.stdout()).trim().split('\n');
  assert.equal(ready, 'ready');
  assert.ok(Number(born) > 0);
  assert.deepEqual(run.end.survivors, []);
  assert.equal(isRunning(Number(born)), false);
});

test('ends what a crashed worker left behind', async (t) => {
  const folder = await makeRunFolder(t);
  const run = await folder.run(['sh', '-c', 'sleep 30 & echo $!; kill -9 $$']);
  assert.equal(run.end.cause, 'signaled');
  assert.equal(isRunning(Number(await folder.stdout())), false);
});

test('does not touch a process that only shares the name of what it runs', async (t) => {
  const folder = await makeRunFolder(t);
  const bystander = spawn('sleep', ['30'], { env: { REEVE_ATTEMPT_ID: 'another-attempt' } });
  t.after(() => bystander.kill('SIGKILL'));
  await folder.run(['sh', '-c', 'sleep 30 & exit 0']);
  assert.equal(isRunning(bystander.pid ?? 0), true);
});

test('gives up a pipe that is held by a process nobody can find', async (t) => {
  const folder = await makeRunFolder(t);
  const pidFile = path.join(folder.path, 'escaped.pid');
  const run = await folder.run(program('escapes-for-good.sh', pidFile));
  const escaped = Number(await readFile(pidFile, 'utf8'));
  assert.equal(run.end.cause, 'exited');
  assert.equal(await folder.stdout(), 'ended\n');
  // Slow to escape, it may have been caught; else it lives on, and was not waited for.
  assert.ok(run.leftovers.includes(escaped) || isRunning(escaped));
  if (isRunning(escaped)) {
    process.kill(escaped, 'SIGKILL');
  }
});

test('asks each process to end once, not twice', async (t) => {
  const folder = await makeRunFolder(t);
  const { end } = await folder.runUntil('ready', program('counts-sigterm.mjs'), { graceMs: 10_000 });
  assert.equal(end.exit_code, 0);
  assert.equal(await folder.stdout(), 'ready\nasked\n');
});
