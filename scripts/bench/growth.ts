import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { INDEX_FILE } from '../../daemon/ledger/project-index.ts';
import { writeManyTasks } from './many-tasks.ts';
import { alone, percentile, shorter, type Benchmark } from './result.ts';
import { createRepository, inScratch } from './scratch.ts';

const SIZE = { tasks: 100_000, openTasks: 20, eventsPerTask: 12 };
const ROUNDS = 5;

/** A project of years: how long `reeve status` and the start of the daemon take, and what they would without an index. */
export const growth: Benchmark = (say) =>
  inScratch(async (scratch) => {
    const folder = join(scratch, 'repository');
    await createRepository(folder, ['true']);
    const reeve = createReeve(folder, join(scratch, 'user'));
    await reeve.run('key', 'create');
    say(`writing ${SIZE.tasks} tasks, ${SIZE.tasks * SIZE.eventsPerTask} events`);
    writeManyTasks(join(folder, 'workflow'), 'default', SIZE);

    say('reading them without an index');
    const statusWithout = await reeve.run('status');
    const first = await reeve.start();
    await until(() => existsSync(join(folder, 'workflow', 'default', INDEX_FILE)));
    await first.stop();

    say('reading them with one');
    const statusStopped = await median(() => reeve.run('status'));
    const second = await reeve.start();
    const statusRunning = await median(() => reeve.run('status'));
    const list = await median(() => second.get('/api/v1/tasks?limit=100'));
    const memory = await second.peakMegabytes();
    await second.stop();

    const without = (value: number) => ({ name: 'whole log', value });
    return [
      shorter(
        'status, 100,000 closed tasks',
        'ms',
        statusStopped * 1000,
        without(statusWithout * 1000),
        '≤ 300 ms',
      ),
      alone('the same while the daemon runs', 'ms', statusRunning * 1000, '≤ 300 ms'),
      shorter('daemon ready over them', 's', second.seconds, without(first.seconds), '≤ 3 s'),
      alone('daemon over them, peak memory', 'MB', memory, '≤ 250 MB'),
      alone('a page of them over HTTP', 'ms', list * 1000, '≤ 100 ms'),
    ];
  });

interface RunningReeve {
  /** Until it took work. */
  readonly seconds: number;
  peakMegabytes(): Promise<number>;
  /** Seconds until an answer was read. */
  get(path: string): Promise<number>;
  stop(): Promise<void>;
}

/** The compiled program, as users run it, with a user of its own. */
function createReeve(
  folder: string,
  userState: string,
): {
  run(...args: readonly string[]): Promise<number>;
  start(): Promise<RunningReeve>;
} {
  const program = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js');
  const options = { cwd: folder, env: { ...process.env, REEVE_USER_STATE: userState } };
  return {
    async run(...args) {
      const start = performance.now();
      await promisify(execFile)(process.execPath, [program, ...args], options);
      return (performance.now() - start) / 1000;
    },
    async start() {
      const start = performance.now();
      const child = spawn(process.execPath, [program, 'start'], { ...options, stdio: 'ignore' });
      const ended = once(child, 'exit');
      let url = '';
      const isReady = async () => {
        url = await readUrl(folder);
        return (await fetch(`${url}/readyz`)).ok;
      };
      const isOver = ended.then(() => {
        throw new Error('the daemon did not come up; is it built? (npm run build)');
      });
      await Promise.race([until(isReady), isOver]);
      return {
        seconds: (performance.now() - start) / 1000,
        peakMegabytes: async () => peakMegabytes(await readFile(`/proc/${child.pid}/status`, 'utf8')),
        async get(path) {
          const authorization = `Bearer ${(await readFile(join(folder, '.reeve', 'token'), 'utf8')).trim()}`;
          const asked = performance.now();
          await (await fetch(`${url}${path}`, { headers: { authorization } })).text();
          return (performance.now() - asked) / 1000;
        },
        async stop() {
          child.kill('SIGINT');
          await ended;
        },
      };
    },
  };
}

async function readUrl(folder: string): Promise<string> {
  const text = await readFile(join(folder, '.reeve', 'daemon.json'), 'utf8');
  return (JSON.parse(text) as { readonly url: string }).url;
}

/** Its own high-water mark (Linux). */
function peakMegabytes(status: string): number {
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

async function median(take: () => Promise<number>): Promise<number> {
  const sample: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) sample.push(await take());
  return percentile(sample, 0.5);
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 3000; tries += 1) {
    if (
      await Promise.resolve()
        .then(isSo)
        .catch(() => false)
    )
      return;
    await sleep(20);
  }
  throw new Error('this takes longer than a minute');
}
