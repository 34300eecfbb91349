import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { CommandOutcome } from '../../../daemon/ports/worker.ts';
import { runCommand } from '../../../daemon/workers/run-command.ts';
import { WIDE, makeRunFolder, program } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';

async function run(
  t: TestContext,
  argv: readonly string[],
): Promise<{ readonly command: CommandOutcome; readonly folder: RunFolder }> {
  const folder = await makeRunFolder(t);
  const command = await runCommand({
    argv,
    interpreters: { 'python-of-old': 'sh' },
    cwd: folder.path,
    hostEnv: { PATH: process.env['PATH'], API_KEY: 'secret' },
    attemptId: path.basename(folder.path),
    limits: WIDE,
    signal: new AbortController().signal,
    files: { stdout: path.join(folder.path, 'stdout.txt'), stderr: path.join(folder.path, 'stderr.txt') },
  });
  return { command, folder };
}

test('records what a command really did, with the digest of stdout followed by stderr', async (t) => {
  const { command, folder } = await run(t, program('exits-3.sh'));
  const { log_sha256: digest, duration_ms: duration, ...rest } = command.record;
  assert.deepEqual(rest, { argv: program('exits-3.sh'), exit_code: 3, cause: 'exited' });
  assert.equal(digest, createHash('sha256').update('to stdout\nto stderr\n').digest('hex'));
  assert.ok(Number.isInteger(duration));
  assert.equal(await folder.stdout(), 'to stdout\n');
});

test('records the stand-in that was run', async (t) => {
  const { command } = await run(t, ['python-of-old', '-c', 'exit 0']);
  assert.deepEqual(command.record.argv, ['sh', '-c', 'exit 0']);
  assert.equal(command.record.exit_code, 0);
});

test('records a command that is not there, with the digest of nothing', async (t) => {
  const { command } = await run(t, ['no-such-command']);
  assert.equal(command.record.cause, 'not_found');
  assert.equal(command.record.exit_code, null);
  assert.equal(command.record.log_sha256, createHash('sha256').digest('hex'));
});

test('gives a command nothing to read and none of the host secrets', async (t) => {
  const { folder } = await run(t, program('prints-env.mjs'));
  const told = JSON.parse(await folder.stdout()) as { env: Record<string, string>; stdin: string };
  assert.equal(told.stdin, '');
  assert.deepEqual(Object.keys(told.env).toSorted(), ['PATH', 'REEVE_ATTEMPT_ID', 'TERM']);
});

test('does not follow what a command put in the place of its own output', async (t) => {
  for (const replacement of ['mkfifo stdout.txt', 'ln -s /etc/passwd stdout.txt', 'mkdir stdout.txt', ':']) {
    await assert.rejects(
      run(t, ['sh', '-c', `rm stdout.txt; ${replacement}`]),
      { code: 'IO_FAILED' },
      replacement,
    );
  }
});
