import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { runCli } from '../../cli/run-cli.ts';
import { createRepo } from './repo-fixture.ts';

/** How one command line ended. */
export interface CliEnd {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A user with a repository, whose keys and anchors lie beside it, at a command line in this process. */
export interface CliUser {
  readonly home: string;
  readonly root: string;
  /** The project folder. */
  readonly folder: string;
  reeve(...args: readonly string[]): Promise<CliEnd>;
  /** Lines of the project log. */
  lines(): Promise<number>;
  write(path: string, content: string | Uint8Array): Promise<void>;
  read(path: string): Promise<Buffer>;
  /** Removes the ledger, the keys and everything else that is not in the top folder of the repository. */
  forget(): Promise<void>;
}

/** Makes a user with a key, and with a project of a few lines that it signs; `bare` leaves both out. */
export async function createCliUser(
  t: TestContext,
  options: { readonly bare?: boolean } = {},
): Promise<CliUser> {
  const { home, root, hostEnv } = await createRepo(t);
  const env = { ...hostEnv, REEVE_USER_STATE: join(home, 'state') };
  const folder = join(root, 'workflow', 'default');
  const reeve = async (...args: readonly string[]): Promise<CliEnd> => {
    let [stdout, stderr] = ['', ''];
    const exit = await runCli(args, {
      cwd: root,
      env,
      stdout: { write: (text) => void (stdout += text) },
      stderr: { write: (text) => void (stderr += text) },
      signal: new AbortController().signal,
      now: Date.now,
    });
    return { exit, stdout, stderr };
  };
  if (options.bare !== true) {
    await dataOf(reeve('key', 'create', '--json'));
    await dataOf(reeve(...ATTEMPT, '--json'));
  }
  return {
    home,
    root,
    folder,
    reeve,
    lines: async () => (await readFile(join(folder, 'events.jsonl'), 'utf8')).split('\n').length - 1,
    write: (path, content) => writeFile(join(root, path), content),
    read: (path) => readFile(join(root, path)),
    async forget() {
      await rm(join(root, 'workflow'), { recursive: true });
      await rm(join(home, 'state'), { recursive: true });
    },
  };
}

/** A command line that makes the task T-1 with three events. */
export const ATTEMPT = [
  ...['attempt', 'T-1', '--run', 'T-1_20260101T000000Z_ab12', '--step', 'S1'],
  ...['--result', 'FAIL', '--reason', 'COMMAND_FAILED', '--detail', 'x'],
];

/** A command line that adds events to it. */
export const CLOSE = ['close', 'T-1', '--status', 'abandoned', '--detail', 'x'];

/** The data of a JSON answer that must be a good one. */
export async function dataOf<T>(end: CliEnd | Promise<CliEnd>): Promise<T> {
  const { stdout, stderr, exit } = await end;
  assert.equal(exit, 0, stderr + stdout);
  return (JSON.parse(stdout) as { readonly data: T }).data;
}
