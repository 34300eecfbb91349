import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { SpawnedProcess } from '../../../daemon/ports/worker.ts';
import { isRunning, makeRunFolder, program } from './run-folder.ts';

const MEBIBYTE = 1024 * 1024;
const DAEMON = fileURLToPath(new URL('daemon-stand-in.ts', import.meta.url));

test('reports the exit code and both streams of a program that ends by itself', async (t) => {
  const folder = await makeRunFolder(t);
  const run = await folder.run(program('exits-3.sh'));
  assert.equal(run.end.cause, 'exited');
  assert.equal(run.end.exit_code, 3);
  assert.equal(run.end.signal, null);
  assert.deepEqual(run.end.survivors, []);
  assert.deepEqual(run.leftovers, []);
  assert.equal(await folder.stdout(), 'to stdout\n');
  assert.equal(await folder.stderr(), 'to stderr\n');
  assert.equal(run.stdout.bytes, 10);
  assert.equal(run.stderr.truncated, false);
});

test('names the process as soon as it exists', async (t) => {
  const folder = await makeRunFolder(t);
  const spawned: SpawnedProcess[] = [];
  let wasRunning = false;
  await folder.run(program('talks.mjs', '3'), {
    onSpawned: (process) => {
      spawned.push(process);
      wasRunning = isRunning(process.pid);
    },
  });
  assert.equal(spawned.length, 1);
  assert.equal(wasRunning, true);
  assert.match(spawned[0]?.start_time ?? '', /^\d+$/);
  assert.match(spawned[0]?.executable ?? '', /^\/.*node$/);
});

test('ends the process when the news of it cannot be taken', async (t) => {
  const folder = await makeRunFolder(t);
  let pid = 0;
  const run = folder.run(program('goes-silent.mjs'), {
    onSpawned: (process) => {
      pid = process.pid;
      throw new Error('the ledger is full');
    },
  });
  await assert.rejects(run, /the ledger is full/);
  assert.equal(isRunning(pid), false);
});

test('tells a crash by its signal', async (t) => {
  const folder = await makeRunFolder(t);
  const { end } = await folder.run(program('crashes.mjs', 'SIGSEGV'));
  assert.deepEqual([end.cause, end.signal, end.exit_code], ['signaled', 'SIGSEGV', null]);
});

test('says not_found of a program that is not there, and still leaves both files', async (t) => {
  const folder = await makeRunFolder(t);
  const run = await folder.run(['no-such-program-here']);
  assert.equal(run.end.cause, 'not_found');
  assert.match(run.failure ?? '', /no-such-program-here/);
  assert.equal(await folder.stdout(), '');
});

test('says spawn_failed of a program that cannot be started', async (t) => {
  const folder = await makeRunFolder(t);
  const tooLong = await folder.run(['echo', 'x'.repeat(200_000)]);
  assert.equal(tooLong.end.cause, 'spawn_failed');
  assert.match(tooLong.failure ?? '', /E2BIG/);
  const nowhere = await folder.run(['echo'], { cwd: path.join(folder.path, 'nowhere') });
  assert.equal(nowhere.end.cause, 'spawn_failed');
});

test('ends a process at its runtime limit', async (t) => {
  const folder = await makeRunFolder(t);
  const { end } = await folder.run(program('goes-silent.mjs'), { limits: { runtime_sec: 1 } });
  assert.deepEqual([end.cause, end.signal, end.survivors], ['timeout', 'SIGTERM', []]);
});

test('kills a process that ignores SIGTERM', async (t) => {
  const folder = await makeRunFolder(t);
  const { end } = await folder.runUntil('deaf', program('ignores-sigterm.mjs'));
  assert.deepEqual([end.cause, end.signal, end.survivors], ['cancelled', 'SIGKILL', []]);
});

test('ends a process that went silent', async (t) => {
  const folder = await makeRunFolder(t);
  const { end } = await folder.run(program('goes-silent.mjs'), { limits: { silence_sec: 1 } });
  assert.equal(end.cause, 'silence');
  assert.equal(await folder.stdout(), 'one thing\n');
});

test('lets a process live that talks for longer than it may be silent', async (t) => {
  const folder = await makeRunFolder(t);
  const { end } = await folder.run(program('talks.mjs', '15'), { limits: { silence_sec: 1 } });
  assert.equal(end.cause, 'exited');
});

test('ends a process that takes too much memory', async (t) => {
  const folder = await makeRunFolder(t);
  const { end } = await folder.run(program('allocates.mjs', '400'), { limits: { memory_mb: 300 } });
  assert.equal(end.cause, 'memory');
  assert.ok(end.peak_memory_bytes > 300 * MEBIBYTE);
});

test('counts the memory of the whole tree', async (t) => {
  const folder = await makeRunFolder(t);
  const [node = '', allocates = '', mb = ''] = program('allocates.mjs', '150');
  const { end } = await folder.run(program('allocates-in-children.sh', node, allocates, mb), {
    limits: { memory_mb: 400 },
  });
  assert.equal(end.cause, 'memory');
});

test('ends a flood, keeps what the limit allows and tells the true size', async (t) => {
  const folder = await makeRunFolder(t);
  const run = await folder.run(program('floods-stderr.mjs', String(50 * MEBIBYTE)), {
    limits: { output_mb: 2 },
  });
  assert.equal(run.end.cause, 'output');
  assert.equal((await folder.stderr()).length, 2 * MEBIBYTE);
  assert.equal(run.stderr.truncated, true);
  assert.ok(run.stderr.bytes > 2 * MEBIBYTE);
  assert.equal(run.stdout.truncated, false);
});

test('counts both streams against one output limit', async (t) => {
  const folder = await makeRunFolder(t);
  const half = 'yes | head -c 700000';
  const run = await folder.run(['sh', '-c', `${half}; ${half} >&2`], { limits: { output_mb: 1 } });
  assert.equal(run.end.cause, 'output');
  assert.ok(Math.max(run.stdout.bytes, run.stderr.bytes) < MEBIBYTE);
  assert.equal((await folder.stdout()).length + (await folder.stderr()).length, MEBIBYTE);
});

test('keeps every byte of a program that ends with its pipe full', async (t) => {
  const folder = await makeRunFolder(t);
  const run = await folder.run(['sh', '-c', 'yes | head -c 5000000']);
  assert.equal(run.end.cause, 'exited');
  assert.equal(run.stdout.bytes, 5_000_000);
  assert.equal((await folder.stdout()).length, 5_000_000);
});

test('says output whenever the limit was passed, also of a program that had ended by then', async (t) => {
  const folder = await makeRunFolder(t);
  for (let round = 0; round < 5; round += 1) {
    const { end } = await folder.run(['sh', '-c', 'head -c 1048577 /dev/zero'], { limits: { output_mb: 1 } });
    assert.equal(end.cause, 'output');
  }
});

test('ends a process that is cancelled', async (t) => {
  const folder = await makeRunFolder(t);
  const controller = new AbortController();
  const { end } = await folder.run(program('goes-silent.mjs'), {
    signal: controller.signal,
    onSpawned: () => controller.abort(),
  });
  assert.equal(end.cause, 'cancelled');
  assert.deepEqual(end.survivors, []);
});

test('starts nothing when it is cancelled before', async (t) => {
  const folder = await makeRunFolder(t);
  const run = await folder.run(['touch', 'started'], { signal: AbortSignal.abort() });
  assert.equal(run.end.cause, 'cancelled');
  assert.equal((await readdir(folder.path)).includes('started'), false);
});

test('keeps the first cause when another follows during the grace', async (t) => {
  const folder = await makeRunFolder(t);
  const { end } = await folder.runUntil('deaf', program('ignores-sigterm.mjs'), {
    limits: { silence_sec: 1 },
    graceMs: 2000,
  });
  assert.deepEqual([end.cause, end.signal], ['cancelled', 'SIGKILL']);
});

test('gives a slow reader the whole of a long brief', async (t) => {
  const folder = await makeRunFolder(t);
  const run = await folder.run(program('reads-stdin-slowly.mjs'), { stdin: 'é'.repeat(500_000) });
  assert.equal(run.end.exit_code, 0);
  assert.equal(await folder.stdout(), '1000000\n');
});

test('takes no harm from a program that never reads its stdin', async (t) => {
  const folder = await makeRunFolder(t);
  const run = await folder.run(program('never-reads-stdin.mjs'), { stdin: 'x'.repeat(5_000_000) });
  assert.equal(run.end.exit_code, 0);
  assert.equal(await folder.stdout(), 'done\n');
});

test('frames the output with a first and a last line', async (t) => {
  const folder = await makeRunFolder(t);
  const run = await folder.run(['printf', 'no line end'], {
    frame: { opening: '# first', closing: ({ end }) => `# last ${end.exit_code}` },
  });
  assert.equal(await folder.stdout(), '# first\nno line end\n# last 0\n');
  assert.equal(await folder.stderr(), '# first\n# last 0\n');
  assert.equal(run.stdout.bytes, 11);
});

test('replaces a link planted under the name of the output file and leaves its target alone', async (t) => {
  const folder = await makeRunFolder(t);
  const precious = path.join(folder.path, 'precious');
  await writeFile(precious, 'precious');
  await symlink(precious, path.join(folder.path, 'stdout.txt'));
  await folder.run(['echo', 'hello']);
  assert.equal(await readFile(precious, 'utf8'), 'precious');
  assert.equal(await folder.stdout(), 'hello\n');
});

test('throws IO_FAILED when the output has no place to go', async (t) => {
  const folder = await makeRunFolder(t);
  await mkdir(path.join(folder.path, 'stderr.txt'));
  await assert.rejects(folder.run(['echo']), { code: 'IO_FAILED' });
});

test('ends the process and throws IO_FAILED when the disk takes no more', async (t) => {
  const folder = await makeRunFolder(t);
  const worker = ['sh', '-c', 'head -c 10000000 /dev/zero; sleep 2; touch after'];
  // The limit on file size stands for a full disk: writing fails the same way, and later than opening.
  const stand = [DAEMON, path.basename(folder.path), folder.path, ...worker];
  const daemon = [process.execPath, '--import', import.meta.resolve('tsx'), ...stand];
  const { stdout } = await promisify(execFile)('sh', ['-c', 'ulimit -f 2048 && exec "$@"', 'sh', ...daemon], {
    env: { PATH: process.env['PATH'] },
  });
  const [spawned, failed] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(failed, { failed: 'IO_FAILED' });
  assert.equal((await readdir(folder.path)).includes('after'), false);
  assert.equal(isRunning(Number(spawned?.['pid'])), false);
});

test('runs what the stand-in names only when the original is not found', async (t) => {
  const folder = await makeRunFolder(t);
  const missing = await folder.run(['no-such-shell', '-c', 'echo hi'], {
    interpreters: { 'no-such-shell': 'sh' },
  });
  assert.deepEqual(missing.argv, ['sh', '-c', 'echo hi']);
  assert.equal(await folder.stdout(), 'hi\n');
  const present = await folder.run(['echo', 'hi'], { interpreters: { echo: 'false' } });
  assert.deepEqual(present.argv, ['echo', 'hi']);
});

test('leaves no descriptor and no listener behind over many runs', async (t) => {
  const folder = await makeRunFolder(t);
  const { signal } = new AbortController();
  const countOpen = async (): Promise<number> => (await readdir('/proc/self/fd')).length;
  await folder.run(['true'], { signal });
  const before = await countOpen();
  for (let index = 0; index < 40; index += 1) {
    await folder.run(['true'], { signal });
  }
  assert.ok((await countOpen()) <= before + 2, 'descriptors grew');
});
