import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'node:test';
import { createGitHost } from '../../../daemon/workspace/git-host.ts';
import { runGitProcess, type GitProcess } from '../../../daemon/workspace/git-process.ts';
import { makeRepository } from './git-repository.ts';

const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' };

function git(cwd: string, argv: readonly string[], change: Partial<GitProcess> = {}): GitProcess {
  return {
    program: 'git',
    argv,
    cwd,
    env,
    input: null,
    stdoutPath: null,
    maxBytes: 1024 * 1024,
    timeoutMs: 10_000,
    ...change,
  };
}

const pidsOfHosts = () =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='])
    .toString()
    .split('\n')
    .filter(
      (line) => line.includes('git-host-program') && Number(line.trim().split(/\s+/)[1]) === process.pid,
    )
    .map((line) => Number(line.trim().split(/\s+/)[0]));

test('a git host answers as a process of our own would', async (t) => {
  const { root, state } = await makeRepository(t);
  const host = createGitHost();
  t.after(() => host.close());
  const requests = [
    git(root, ['rev-parse', 'HEAD']),
    git(root, ['hash-object', '--stdin'], { input: 'größe\0\n' }),
    git(root, ['cat-file', 'blob', 'no-such-object']),
    git(root, ['ls-tree', '-r', 'HEAD'], { maxBytes: 10 }),
    git(root, ['status'], { program: '/no/such/git' }),
    git(root, ['rev-parse', 'HEAD'], { stdoutPath: join(state, 'out') }),
  ];
  const hosted = await Promise.all(requests.map((request) => host.run(request)));
  const own = await Promise.all(requests.map((request) => runGitProcess(request)));
  assert.deepEqual(
    hosted.map((end) => ({ ...end, stdout: Buffer.from(end.stdout).toString('hex') })),
    own.map((end) => ({ ...end, stdout: Buffer.from(end.stdout).toString('hex') })),
  );
  assert.match(await readFile(join(state, 'out'), 'utf8'), /^[0-9a-f]{40}\n$/);
});

test('a git host that is lost fails what was under way, and the next call has a new one', async (t) => {
  const { root } = await makeRepository(t);
  const host = createGitHost();
  t.after(() => host.close());
  await host.run(git(root, ['rev-parse', 'HEAD']));
  const [pid = 0] = pidsOfHosts();
  const underWay = host.run(git(root, ['cat-file', '--batch', '--follow-symlinks'], { input: '' }));
  process.kill(pid, 'SIGKILL');
  await underWay.then(
    () => undefined,
    (error: Error) => assert.match(error.message, /went away|channel/i),
  );
  while (pidsOfHosts().includes(pid)) await sleep(20);
  const again = await host.run(git(root, ['rev-parse', 'HEAD']));
  assert.equal(again.exitCode, 0);
});

test('a git host ends when it is closed', async (t) => {
  const { root } = await makeRepository(t);
  const host = createGitHost();
  await host.run(git(root, ['rev-parse', 'HEAD']));
  const before = pidsOfHosts();
  host.close();
  host.close();
  while (pidsOfHosts().some((pid) => before.includes(pid))) await sleep(20);
});

test('output that cannot be written is an error', async (t) => {
  const { root, state } = await makeRepository(t);
  const host = createGitHost();
  t.after(() => host.close());
  await assert.rejects(
    host.run(git(root, ['status'], { stdoutPath: join(state, 'no', 'such', 'folder') })),
    /ENOENT/,
  );
});
