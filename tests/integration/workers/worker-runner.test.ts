import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type {
  SpawnedProcess,
  WorkerOutcome,
  WorkerProfile,
  WorkerRequest,
} from '../../../daemon/ports/worker.ts';
import { createWorkerRunner } from '../../../daemon/workers/create-worker-runner.ts';
import { WIDE, makeRunFolder, program } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';

const SECRETS = {
  ANTHROPIC_API_KEY: 'key-1',
  AWS_SECRET_ACCESS_KEY: 'key-2',
  GIT_DIR: '/somewhere/else',
  NODE_OPTIONS: '--no-warnings',
  REEVE_TOKEN: 'key-3',
};

function command(...argv: readonly string[]): WorkerProfile {
  return { kind: 'command', name: 'test', command: argv, env: ['CHOSEN', 'GIT_DIR'] };
}

async function runWorker(
  folder: RunFolder,
  worker: WorkerProfile,
  change: Partial<WorkerRequest> = {},
): Promise<WorkerOutcome> {
  const runner = createWorkerRunner({
    hostEnv: { PATH: process.env['PATH'], HOME: '/home/someone', CHOSEN: 'yes', LC_ALL: 'C', ...SECRETS },
    clock: { now: () => Date.UTC(2026, 0, 2, 3, 4, 5) },
    graceMs: 300,
  });
  return runner.run({
    worker,
    taskId: 'T-1',
    attemptId: path.basename(folder.path),
    pointer: 'R0/S0',
    worktree: folder.path,
    roundDir: path.join(folder.path, 'round'),
    brief: '# Do it\n',
    stepPackFile: path.join(folder.path, 'pack.json'),
    reworkPackFile: null,
    limits: WIDE,
    signal: new AbortController().signal,
    onSpawned: () => {},
    ...change,
  });
}

/** Runs the fixture that tells its environment and gives what it told. */
async function readTold(
  t: TestContext,
  change: Partial<WorkerRequest> = {},
): Promise<{
  readonly env: Record<string, string>;
  readonly cwd: string;
  readonly stdin: string;
  readonly folder: RunFolder;
}> {
  const folder = await makeRunFolder(t);
  const outcome = await runWorker(folder, command(...program('prints-env.mjs')), change);
  const line = (await readFile(outcome.stdout.file, 'utf8')).split('\n')[1] ?? '';
  return { ...(JSON.parse(line) as { env: Record<string, string>; cwd: string; stdin: string }), folder };
}

test('gives a worker the contract and nothing of the host beyond the allow-list', async (t) => {
  const { env, cwd, stdin, folder } = await readTold(t);
  const roundDir = path.join(folder.path, 'round');
  assert.deepEqual(env, {
    PATH: process.env['PATH'],
    HOME: '/home/someone',
    CHOSEN: 'yes',
    LC_ALL: 'C',
    TERM: 'dumb',
    REEVE_STEP_PACK: path.join(folder.path, 'pack.json'),
    REEVE_RUN_DIR: roundDir,
    REEVE_RESULT: path.join(roundDir, 'worker_step_result.json'),
    REEVE_TASK_ID: 'T-1',
    REEVE_ATTEMPT: 'R0/S0',
    REEVE_ATTEMPT_ID: path.basename(folder.path),
  });
  assert.equal(cwd, folder.path);
  assert.equal(stdin, '# Do it\n');
});

test('names the rework pack only when there is one', async (t) => {
  const { env } = await readTold(t, { reworkPackFile: '/round/rework.json' });
  assert.equal(env['REEVE_REWORK_PACK'], '/round/rework.json');
});

test('keeps the output in the round folder between a header and a closing line', async (t) => {
  const folder = await makeRunFolder(t);
  const outcome = await runWorker(folder, command(...program('exits-3.sh')));
  assert.equal(outcome.stdout.file, path.join(folder.path, 'round', 'shim_stdout.txt'));
  assert.equal(outcome.stderr.file, path.join(folder.path, 'round', 'shim_stderr.txt'));
  assert.equal(outcome.usage, null);
  const lines = (await readFile(outcome.stderr.file, 'utf8')).split('\n');
  assert.match(lines[0] ?? '', /^# command: \["sh",".*exits-3\.sh"\] started: 2026-01-02T03:04:05\.000Z$/);
  assert.equal(lines[1], 'to stderr');
  assert.match(lines[2] ?? '', /^# exit: 3 cause: exited duration_ms: \d+$/);
});

test('says in the closing line why a worker was not started and what it left running', async (t) => {
  const folder = await makeRunFolder(t);
  const missing = await runWorker(folder, command('no-such-worker'));
  assert.equal(missing.end.cause, 'not_found');
  assert.match(await readFile(missing.stdout.file, 'utf8'), /cause: not_found .* failure: .*no-such-worker/);
  const messy = await runWorker(folder, command('sh', '-c', 'sleep 30 &'));
  assert.match(await readFile(messy.stdout.file, 'utf8'), /left_running_and_ended: \d+/);
});

test('tells of a worker the real path of what was started', async (t) => {
  const folder = await makeRunFolder(t);
  const spawned: SpawnedProcess[] = [];
  await runWorker(folder, command('sh', '-c', ':'), { onSpawned: (process) => spawned.push(process) });
  assert.deepEqual(spawned[0]?.argv, ['sh', '-c', ':']);
  assert.ok(path.isAbsolute(spawned[0]?.executable ?? ''));
});

test('refuses a scenario that is not valid before anything is started', async (t) => {
  const folder = await makeRunFolder(t);
  const scenario = path.join(folder.path, 'bad.json');
  await writeFile(
    scenario,
    JSON.stringify({ attempts: { 'R0/S0': [{ type: 'write', path: 'a', txt: 'b' }], now: [] } }),
  );
  const worker: WorkerProfile = { kind: 'scripted', name: 'demo', scenario, env: [] };
  await assert.rejects(
    runWorker(folder, worker, { onSpawned: () => assert.fail('something was started') }),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, 'SCENARIO_INVALID');
      assert.match(error.message, /\/attempts\/R0~1S0\/0 .*"txt"/);
      assert.match(error.message, /"now"/);
      return true;
    },
  );
});
