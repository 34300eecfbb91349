import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { SpawnedProcess } from '../../../daemon/ports/worker.ts';
import { endOrphans, findOrphans } from '../../../daemon/workers/end-orphans.ts';
import { createLinuxTable } from '../../../daemon/workers/process-table/linux-table.ts';
import { fixture, isRunning, makeRunFolder, waitFor } from './run-folder.ts';

const DAEMON = fileURLToPath(new URL('daemon-stand-in.ts', import.meta.url));

/** An attempt whose daemon is dead; its id is new in every test run, since others may run on this machine. */
interface Former {
  readonly attemptId: string;
  readonly spawned: SpawnedProcess;
}

/** Starts a process that runs a fixture as a worker, kills it with SIGKILL, and gives what it had recorded. */
async function killDaemonRunning(t: TestContext, ...argv: readonly string[]): Promise<Former> {
  const folder = await makeRunFolder(t);
  const attemptId = path.basename(folder.path);
  const daemon = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), DAEMON, attemptId, folder.path, ...argv],
    { env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = (await once(createInterface(daemon.stdout), 'line')) as [string];
  await waitFor(async () => /\n|deaf/.test(await folder.stdout()));
  daemon.kill('SIGKILL');
  await once(daemon, 'exit');
  return { attemptId, spawned: JSON.parse(line) as SpawnedProcess };
}

function startBystander(
  t: TestContext,
  env: Readonly<Record<string, string>>,
): { child: ChildProcess; pid: number } {
  const child = spawn('sleep', ['30'], { env: { PATH: process.env['PATH'], ...env } });
  t.after(() => child.kill('SIGKILL'));
  return { child, pid: child.pid ?? 0 };
}

test('ends a worker that outlived its daemon, deaf to SIGTERM as it is', async (t) => {
  const former = await killDaemonRunning(t, process.execPath, fixture('ignores-sigterm.mjs'));
  const { pid } = former.spawned;
  assert.equal(isRunning(pid), true);
  const found = await findOrphans(former);
  assert.deepEqual(
    found.map((entry) => entry.pid),
    [pid],
  );
  assert.deepEqual(await endOrphans(former, 100), [{ pid, outcome: 'killed' }]);
  assert.equal(isRunning(pid), false);
});

test('ends, with an outlived worker, a child that had left its session', async (t) => {
  const former = await killDaemonRunning(t, 'sh', fixture('setsid-escapes.sh'));
  const outcomes = await endOrphans(former, 300);
  assert.equal(outcomes.length, 2);
  assert.ok(outcomes.every(({ outcome }) => outcome === 'killed'));
  assert.ok(outcomes.every(({ pid }) => !isRunning(pid)));
});

test('finds a worker by its marker alone when the daemon died before recording it', async (t) => {
  const { attemptId, spawned } = await killDaemonRunning(t, process.execPath, fixture('goes-silent.mjs'));
  assert.deepEqual(await endOrphans({ attemptId, spawned: null }, 300), [
    { pid: spawned.pid, outcome: 'killed' },
  ]);
});

test('says already_gone of a process that ended meanwhile', async (t) => {
  const { child, pid } = startBystander(t, {});
  const start_time = String(createLinuxTable().startedAt(pid));
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.deepEqual(
    await endOrphans({ attemptId: `orphan-4-${process.pid}`, spawned: { pid, start_time } }, 100),
    [{ pid, outcome: 'already_gone' }],
  );
});

test('never signals a process that was given the pid since', async (t) => {
  const { pid } = startBystander(t, {});
  const start_time = String(Number(createLinuxTable().startedAt(pid)) - 1);
  assert.deepEqual(
    await endOrphans({ attemptId: `orphan-5-${process.pid}`, spawned: { pid, start_time } }, 100),
    [{ pid, outcome: 'already_gone' }],
  );
  assert.equal(isRunning(pid), true);
});

test('says survived of a live process that cannot be told from a stranger, and lets it be', async (t) => {
  const { pid } = startBystander(t, {});
  assert.deepEqual(
    await endOrphans({ attemptId: `orphan-6-${process.pid}`, spawned: { pid, start_time: null } }, 100),
    [{ pid, outcome: 'survived' }],
  );
  assert.equal(isRunning(pid), true);
});

test('leaves the processes of other attempts alone', async (t) => {
  const { pid } = startBystander(t, { REEVE_ATTEMPT_ID: `orphan-77-${process.pid}` });
  assert.deepEqual(await endOrphans({ attemptId: `orphan-7-${process.pid}`, spawned: null }, 100), []);
  assert.equal(isRunning(pid), true);
});
