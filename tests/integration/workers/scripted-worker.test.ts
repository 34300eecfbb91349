import assert from 'node:assert/strict';
import { lstat, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { WorkerOutcome } from '../../../daemon/ports/worker.ts';
import { createWorkerRunner } from '../../../daemon/workers/create-worker-runner.ts';
import type { Limits, ScenarioAction } from '../../../protocol/generated/types.ts';
import { WIDE, makeRunFolder } from './run-folder.ts';

/** How a scenario went. */
interface Play {
  readonly outcome: WorkerOutcome;
  /** Absolute path of a file in the worktree. */
  readonly at: (...parts: readonly string[]) => string;
  readonly stdout: string;
  readonly stderr: string;
}

async function play(
  t: TestContext,
  attempts: Readonly<Record<string, readonly ScenarioAction[]>>,
  { pointer = 'R0/S0', limits = {} }: { readonly pointer?: string; readonly limits?: Partial<Limits> } = {},
): Promise<Play> {
  const folder = await makeRunFolder(t);
  const at = (...parts: readonly string[]): string => path.join(folder.path, ...parts);
  await writeFile(at('scenario.json'), JSON.stringify({ attempts }));
  await writeFile(at('pack.json'), JSON.stringify({ run_id: 'T-1_run', step_id: 'S1' }));
  const runner = createWorkerRunner({ hostEnv: process.env, clock: { now: () => 0 }, graceMs: 300 });
  const outcome = await runner.run({
    worker: { kind: 'scripted', name: 'demo', scenario: at('scenario.json'), env: [] },
    taskId: 'T-1',
    attemptId: path.basename(folder.path),
    pointer,
    worktree: folder.path,
    roundDir: at('round'),
    brief: 'Objective: say hello',
    stepPackFile: at('pack.json'),
    reworkPackFile: null,
    limits: { ...WIDE, ...limits },
    signal: new AbortController().signal,
    onSpawned: () => {},
  });
  const read = (file: string): Promise<string> => readFile(file, 'utf8');
  return { outcome, at, stdout: await read(outcome.stdout.file), stderr: await read(outcome.stderr.file) };
}

test('does to files what the scenario says', async (t) => {
  const { outcome, at } = await play(t, {
    'R0/S0': [
      { type: 'write', path: 'new/hello.txt', text: 'hello' },
      { type: 'append', path: 'new/hello.txt', text: ' world\n' },
      { type: 'chmod', path: 'new/hello.txt', mode: '755' },
      { type: 'symlink', path: 'new/link', target: 'hello.txt' },
      { type: 'mkdir', path: 'empty/folder' },
      { type: 'write', path: 'old.txt', text: '' },
      { type: 'rename', from: 'old.txt', to: 'moved/new.txt' },
      { type: 'write', path: 'gone.txt', text: '' },
      { type: 'delete', path: 'gone.txt' },
    ],
  });
  assert.equal(outcome.end.exit_code, 0);
  assert.deepEqual([outcome.end.cause, outcome.end.survivors], ['exited', []]);
  assert.equal(await readFile(at('new/hello.txt'), 'utf8'), 'hello world\n');
  assert.equal((await stat(at('new/hello.txt'))).mode & 0o777, 0o755);
  assert.equal(await readlink(at('new/link')), 'hello.txt');
  assert.ok((await stat(at('empty/folder'))).isDirectory());
  assert.ok((await stat(at('moved/new.txt'))).isFile());
  await assert.rejects(lstat(at('gone.txt')), { code: 'ENOENT' });
  await assert.rejects(lstat(at('old.txt')), { code: 'ENOENT' });
});

test('takes the actions of the attempt at hand, else the default, else fails', async (t) => {
  const attempts = {
    'R1/S0': [{ type: 'print', text: 'revised\n' }],
    default: [{ type: 'print', text: 'usual\n', stream: 'stderr' }],
  } as const;
  assert.match((await play(t, attempts, { pointer: 'R1/S0' })).stdout, /\nrevised\n/);
  assert.match((await play(t, attempts, { pointer: 'R0/S1' })).stderr, /\nusual\n/);
  const none = await play(t, { 'R1/S0': [] });
  assert.equal(none.outcome.end.exit_code, 1);
  assert.match(none.stderr, /no actions for R0\/S0/);
});

test('writes a result under the ids of the attempt', async (t) => {
  const { at } = await play(t, { default: [{ type: 'result', result: { verdict: 'PASS', step_id: 'S9' } }] });
  const result: unknown = JSON.parse(await readFile(at('round', 'worker_step_result.json'), 'utf8'));
  assert.deepEqual(result, {
    task_id: 'T-1',
    run_id: 'T-1_run',
    step_id: 'S9',
    attempt_id: path.basename(at()),
    verdict: 'PASS',
  });
});

test('reads the brief and fails when it lacks something', async (t) => {
  const right = await play(t, { default: [{ type: 'read_brief', must_contain: 'say hello' }] });
  assert.equal(right.outcome.end.exit_code, 0);
  const wrong = await play(t, { default: [{ type: 'read_brief', must_contain: 'say goodbye' }] });
  assert.equal(wrong.outcome.end.exit_code, 1);
  assert.match(wrong.stderr, /does not contain "say goodbye"/);
});

test('stops at the first action that fails and tells which', async (t) => {
  const { outcome, stderr, at } = await play(t, {
    default: [
      { type: 'delete', path: 'missing' },
      { type: 'write', path: 'after', text: '' },
    ],
  });
  assert.equal(outcome.end.exit_code, 1);
  assert.match(stderr, /action 0 \(delete\) failed: ENOENT/);
  await assert.rejects(lstat(at('after')));
});

test('crashes by signal or exit code', async (t) => {
  const killed = await play(t, { default: [{ type: 'crash', signal: 'SIGABRT' }] });
  assert.deepEqual([killed.outcome.end.cause, killed.outcome.end.signal], ['signaled', 'SIGABRT']);
  const failed = await play(t, { default: [{ type: 'crash', exit_code: 7 }] });
  assert.equal(failed.outcome.end.exit_code, 7);
});

test('meets every limit it is told to meet', async (t) => {
  const silent = await play(t, { default: [{ type: 'silence' }] }, { limits: { silence_sec: 1 } });
  assert.equal(silent.outcome.end.cause, 'silence');
  const slow = await play(t, { default: [{ type: 'sleep', ms: 60_000 }] }, { limits: { runtime_sec: 1 } });
  assert.equal(slow.outcome.end.cause, 'timeout');
  const flood = await play(
    t,
    { default: [{ type: 'flood', bytes: 9_000_000 }] },
    { limits: { output_mb: 1 } },
  );
  assert.equal(flood.outcome.end.cause, 'output');
  const large = await play(
    t,
    { default: [{ type: 'allocate', mb: 500 }, { type: 'silence' }] },
    { limits: { memory_mb: 400 } },
  );
  assert.equal(large.outcome.end.cause, 'memory');
});

test('is killed in the end when it ignores SIGTERM', async (t) => {
  const { outcome } = await play(
    t,
    { default: [{ type: 'ignore_sigterm' }, { type: 'print', text: 'deaf' }, { type: 'silence' }] },
    { limits: { silence_sec: 3 } },
  );
  assert.deepEqual([outcome.end.cause, outcome.end.signal], ['silence', 'SIGKILL']);
});

test('leaves background processes that do not outlive it, in its session or out of it', async (t) => {
  const { outcome, stdout } = await play(t, {
    default: [
      { type: 'spawn', ms: 30_000 },
      { type: 'spawn', ms: 30_000, detached: true },
    ],
  });
  assert.equal(outcome.end.exit_code, 0);
  assert.match(stdout, /left_running_and_ended: \d+,\d+\n$/);
  assert.deepEqual(outcome.end.survivors, []);
});
