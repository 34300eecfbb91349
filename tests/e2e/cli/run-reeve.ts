import { execFile, spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

/** How one run of the program ended. */
export interface Ended {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder under git with one commit, and `reeve` to run in it. */
export interface Sandbox {
  readonly root: string;
  reeve(...args: readonly string[]): Promise<Ended>;
  /** Starts it and leaves it running; killed at the latest when the test ends. */
  start(...args: readonly string[]): ChildProcessWithoutNullStreams;
  git(...args: readonly string[]): Promise<string>;
  write(path: string, text: string): Promise<void>;
}

/** Makes a sandbox that vanishes with the test; the environment is bare, so that nothing of the machine leaks in. */
export async function createSandbox(
  t: TestContext,
  options: { readonly commit?: boolean; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Sandbox> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'reeve-e2e-')));
  t.after(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: root,
    LANG: 'C.UTF-8',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'Test',
    GIT_AUTHOR_EMAIL: 'test@example.invalid',
    GIT_COMMITTER_NAME: 'Test',
    GIT_COMMITTER_EMAIL: 'test@example.invalid',
    ...options.env,
  };
  const run = (program: string, args: readonly string[]): Promise<Ended> => {
    return new Promise((resolve) => {
      const how = { cwd: root, env, timeout: 120_000, maxBuffer: 64 * 1024 * 1024 };
      const child = execFile(program, [...args], how, (_, stdout, stderr) => {
        resolve({ exit: child.exitCode, stdout, stderr });
      });
    });
  };
  const sandbox: Sandbox = {
    root,
    reeve: (...args) => run(process.execPath, ['--import', TSX, MAIN, ...args]),
    start: (...args) => {
      const child = spawn(process.execPath, ['--import', TSX, MAIN, ...args], { cwd: root, env });
      t.after(() => child.kill('SIGKILL'));
      return child;
    },
    git: async (...args) => (await run('git', args)).stdout.trim(),
    write: (path, text) => writeFile(join(root, path), text),
  };
  await sandbox.git('init', '--quiet', '--initial-branch=main');
  if (options.commit !== false) await sandbox.git('commit', '--quiet', '--allow-empty', '--message', 'First');
  return sandbox;
}
