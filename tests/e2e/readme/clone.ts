import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { ensureBuilt } from '../../../scripts/ensure-built.mjs';
import { REPOSITORY } from '../../../scripts/repository.mjs';

const run = promisify(execFile);

/** A patience, not an expectation: what takes longer hangs. */
const PATIENCE_MS = 180_000;

/** A clone of the working tree as a new user has it after the installation, with `reeve` on the PATH. */
export interface Clone {
  readonly root: string;
  /** Runs a script as a person would paste it; rejects with its output when any command of it fails. */
  sh(script: string): Promise<string>;
  /** Starts a command that stays up; ended at the latest with the test. */
  start(command: string): { readonly child: ChildProcess; readonly output: () => string };
}

/** Makes the clone in a folder that vanishes with the test, with a home of its own and no way to a registry. */
export async function cloneWorkingTree(t: TestContext): Promise<Clone> {
  await ensureBuilt(REPOSITORY);
  const scratch = await realpath(await mkdtemp(join(tmpdir(), 'reeve-readme-')));
  const children: ChildProcess[] = [];
  t.after(async () => {
    await Promise.all(children.map(endGroup));
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  });
  const root = join(scratch, 'reeve');
  const home = join(scratch, 'home');
  const bin = join(scratch, 'bin');
  for (const folder of [home, bin]) await mkdir(folder);
  await copyTree(root);
  await symlink(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'), 'junction');
  await symlink(join(root, 'dist/cli/main.js'), join(bin, 'reeve'));
  await chmod(join(root, 'dist/cli/main.js'), 0o755);
  await commit(root);
  const env = {
    PATH: [bin, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
    HOME: home,
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  };
  return {
    root,
    async sh(script) {
      const how = { cwd: root, env, timeout: PATIENCE_MS, maxBuffer: 16 * 1024 * 1024 };
      return (await run('sh', ['-eux', '-c', script], how)).stdout;
    },
    start(command) {
      // A group of its own: npm starts a process of its own, which must not outlive the test.
      const child = spawn('sh', ['-c', `exec ${command}`], { cwd: root, env, detached: true });
      children.push(child);
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
      }
      return { child, output: () => output };
    },
  };
}

/** What git knows or would add, and the compiled program; ignored files stay where they are. */
async function copyTree(root: string): Promise<void> {
  const listed = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: REPOSITORY,
    maxBuffer: 16 * 1024 * 1024,
  });
  for (const path of listed.stdout.split('\0').filter((name) => name !== '')) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await cp(join(REPOSITORY, path), join(root, path)).catch(ignoreAbsent);
  }
  await cp(join(REPOSITORY, 'dist'), join(root, 'dist'), { recursive: true });
}

/** A file that was deleted and not yet committed. */
function ignoreAbsent(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}

async function commit(root: string): Promise<void> {
  const git = (...args: readonly string[]) => run('git', [...args], { cwd: root });
  await git('init', '--quiet', '--initial-branch=main');
  // `node_modules/` in .gitignore names a folder, and here it is a link.
  await writeFile(join(root, '.git/info/exclude'), 'node_modules\n');
  await git('add', '--all');
  const identity = [
    '-c',
    'user.name=Test',
    '-c',
    'user.email=test@example.invalid',
    '-c',
    'commit.gpgSign=false',
  ];
  await git(...identity, 'commit', '--quiet', '--message', 'Clone');
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid, 'SIGKILL');
  await ended;
}
