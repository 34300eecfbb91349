import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { createGit } from '../../../daemon/workspace/git.ts';
import type { Git } from '../../../daemon/workspace/git.ts';

/** A program in git's place that runs the given shell script. */
async function fakeGit(t: TestContext, script: string): Promise<{ readonly git: Git; readonly cwd: string }> {
  const cwd = await mkdtemp(join(tmpdir(), 'reeve-git-'));
  t.after(async () => {
    const pid = await readFile(join(cwd, 'child.pid'), 'utf8').catch(() => undefined);
    if (pid !== undefined) process.kill(Number(pid));
    await rm(cwd, { recursive: true, force: true });
  });
  await writeFile(join(cwd, 'git'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const hostEnv = { PATH: process.env['PATH'], HOME: cwd, GIT_DIR: 'x', SECRET_KEY: 'x', Path: 'y' };
  return { git: createGit({ gitPath: join(cwd, 'git'), hostEnv }), cwd };
}

const posixOnly = { skip: process.platform === 'win32' };

test('gives git only the variables it needs', posixOnly, async (t) => {
  const { git, cwd } = await fakeGit(t, 'env');
  const { stdout } = await git(['x'], { cwd, gitDir: '/g', env: { GIT_AUTHOR_NAME: 'n' } });
  const names = stdout
    .toString()
    .split('\n')
    .map((line) => line.split('=')[0] ?? '')
    // The shell's own.
    .filter((name) => !['', 'PWD', 'OLDPWD', '_', 'SHLVL'].includes(name));
  assert.deepEqual(names.toSorted(), [
    'GIT_AUTHOR_NAME',
    'GIT_DIR',
    'GIT_NO_REPLACE_OBJECTS',
    'GIT_OPTIONAL_LOCKS',
    'GIT_TERMINAL_PROMPT',
    'HOME',
    'LC_ALL',
    'PATH',
    'Path',
  ]);
});

test('passes input, and returns a failure that is expected', posixOnly, async (t) => {
  const { git, cwd } = await fakeGit(t, 'cat; echo complaint >&2; exit 3');
  const answer = await git(['x'], { cwd, input: 'hello', mayFail: true });
  assert.deepEqual(
    { ...answer, stdout: answer.stdout.toString() },
    { exitCode: 3, stdout: 'hello', stderr: 'complaint\n' },
  );
});

test('survives a git that does not read its input', posixOnly, async (t) => {
  const { git, cwd } = await fakeGit(t, 'exit 0');
  assert.equal((await git(['x'], { cwd, input: 'x'.repeat(1 << 20) })).exitCode, 0);
});

test('stops a git that floods, and bounds what is kept of its complaints', posixOnly, async (t) => {
  const { git, cwd } = await fakeGit(
    t,
    'if [ "$REEVE_TEST" = out ]; then exec yes; fi; yes | head -c 1000000 >&2',
  );
  await assert.rejects(git(['x'], { cwd, maxBytes: 100_000, env: { REEVE_TEST: 'out' } }), {
    code: 'GIT_FAILED',
    message: /more than Reeve is willing to read/,
  });
  const { stderr } = await git(['x'], { cwd });
  assert.ok(stderr.length <= 64 * 1024);
});

test(
  'stops a git that hangs with a child that holds its pipes',
  { ...posixOnly, timeout: 20_000 },
  async (t) => {
    const { git, cwd } = await fakeGit(t, 'sleep 600 & echo $! >child.pid; wait');
    await assert.rejects(git(['checkout', 'x'], { cwd, timeoutMs: 1000 }), {
      code: 'GIT_FAILED',
      message: 'git checkout x did not end in time and was stopped.',
    });
  },
);

test("carries the last complaint, the command and git's exit code", posixOnly, async (t) => {
  const { git, cwd } = await fakeGit(
    t,
    'echo "warning: first" >&2; echo "fatal: the disk: No space left on device" >&2; exit 128',
  );
  await assert.rejects(git(['add', '--all'], { cwd }), {
    code: 'GIT_FAILED',
    message: 'git add --all failed (exit 128): fatal: the disk: No space left on device',
    hint: /make room/,
  });
});
