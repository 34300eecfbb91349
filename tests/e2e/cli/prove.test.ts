import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));

interface Drill {
  readonly held: boolean;
  readonly kept: string | null;
  readonly rounds: readonly {
    readonly boundary: string;
    readonly killed_at: { readonly log: string; readonly seq: number } | null;
    readonly restarted_ms: number | null;
    readonly effects: { readonly recorded: number; readonly interrupted: number };
    readonly chain: string;
    readonly findings: readonly unknown[];
    readonly folder: string;
  }[];
}

/** Starts `reeve prove` in an empty folder, with a home and a temporary folder that can be looked through afterwards. */
async function startDrill(t: TestContext, ...args: readonly string[]) {
  const home = await mkdtemp(join(tmpdir(), 'reeve-e2e-prove-'));
  t.after(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  const scratch = join(home, 'tmp');
  const cwd = join(home, 'empty');
  await Promise.all([mkdir(scratch), mkdir(cwd)]);
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), MAIN, 'prove', ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: home, LANG: 'C.UTF-8', TMPDIR: scratch },
  });
  t.after(() => child.kill('SIGKILL'));
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  const ended = once(child, 'exit').then(([exit]) => exit as number | null);
  /** Everything below the home, but for what the temporary folder keeps of the loader's cache. */
  const left = async (): Promise<readonly string[]> =>
    (await readdir(home, { recursive: true })).filter((name) => !/^tmp(\/tsx-|$)|^empty$/.test(name));
  return { child, scratch, stdout, stderr, ended, left };
}

describe('reeve prove', { timeout: 600_000 }, () => {
  it('kills, restarts and judges without a repository, leaves nothing behind, and exits 0', async (t) => {
    const drill = await startDrill(t, '--rounds', '3', '--json');
    assert.equal(await drill.ended, 0, await drill.stderr);
    const { data } = JSON.parse(await drill.stdout) as { data: Drill };
    assert.equal(data.held, true);
    assert.equal(data.kept, null);
    assert.deepEqual(
      data.rounds.map(({ chain, findings, effects }) => [chain, findings, effects.recorded]),
      [1, 2, 3].map(() => ['intact', [], 2]),
    );
    for (const { killed_at, restarted_ms } of data.rounds) {
      assert.ok(killed_at !== null && restarted_ms !== null && restarted_ms > 0);
    }
    assert.deepEqual(await drill.left(), []);
  });

  it('ends everything it started when it is interrupted, and exits 130', async (t) => {
    const drill = await startDrill(t, '--rounds', '40');
    // The first round is over, so others are under way.
    await once(drill.child.stderr, 'data');
    drill.child.kill('SIGINT');
    assert.equal(await drill.ended, 130, await drill.stderr);
    assert.match(await drill.stderr, /everything that the drill started has ended/);
    assert.deepEqual(await drill.left(), []);
    assert.deepEqual(await processesNaming(drill.scratch), []);
  });

  it('keeps the scratch folder on request', async (t) => {
    const drill = await startDrill(t, '--rounds', '1', '--keep', '--json');
    assert.equal(await drill.ended, 0, await drill.stderr);
    const { data } = JSON.parse(await drill.stdout) as { data: Drill };
    const [round] = data.rounds;
    assert.ok(round !== undefined && data.kept !== null);
    assert.deepEqual((await readdir(round.folder)).toSorted(), ['effects.txt', 'home', 'repository']);
  });
});

/** Processes whose command line or environment names a folder; empty where the system has no `/proc`. */
async function processesNaming(folder: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const named = await Promise.all(
    pids.map(async (pid) => {
      const files = ['cmdline', 'environ'].map((name) =>
        readFile(join('/proc', pid, name), 'utf8').catch(() => ''),
      );
      return (await Promise.all(files)).some((content) => content.includes(folder));
    }),
  );
  return pids.filter((_, index) => named[index] === true);
}
