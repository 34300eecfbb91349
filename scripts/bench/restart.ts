import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeManyTasks } from './many-tasks.ts';
import { alone, type Benchmark } from './result.ts';
import { createRepository, inScratch } from './scratch.ts';

const TASKS = 10_000;
const EVENTS_PER_TASK = 100;
/** Open tasks are replayed at the start, closed ones are not. */
const OPEN_TASKS = 100;

/** A daemon that starts over a large ledger: until it has nothing left to do, and the memory that takes. */
export const restart: Benchmark = (say) =>
  inScratch(async (folder) => {
    await createRepository(folder, ['true']);
    say(`writing ${TASKS} tasks, ${TASKS * EVENTS_PER_TASK} events`);
    const size = { tasks: TASKS, openTasks: OPEN_TASKS, eventsPerTask: EVENTS_PER_TASK };
    writeManyTasks(join(folder, 'workflow'), 'default', size);
    say('starting the daemon over them');
    const { seconds, peakMegabytes } = await startOnce(folder);
    return [
      alone('daemon restart, 10,000 tasks and 1,000,000 events', 's', seconds, '≤ 3 s'),
      alone('daemon restart, peak memory', 'MB', peakMegabytes, '≤ 200 MB'),
    ];
  });

/** The compiled daemon, as users run it; its own high-water mark is read while it lives (Linux). */
async function startOnce(
  folder: string,
): Promise<{ readonly seconds: number; readonly peakMegabytes: number }> {
  const program = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js');
  const start = performance.now();
  const child = spawn(process.execPath, [program, 'start', '--once'], { cwd: folder, stdio: 'ignore' });
  let peakMegabytes = Number.NaN;
  const poll = setInterval(() => {
    void readFile(`/proc/${child.pid}/status`, 'utf8').then(
      (status) => {
        // A process that has just ended has no memory any more.
        const kilobytes = /VmHWM:\s+(\d+)/.exec(status)?.[1];
        if (kilobytes !== undefined) peakMegabytes = Number(kilobytes) / 1024;
      },
      () => undefined,
    );
  }, 20);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearInterval(poll);
  if (code !== 0)
    throw new Error(`reeve start --once ended with ${String(code)}; is it built? (npm run build)`);
  return { seconds: (performance.now() - start) / 1000, peakMegabytes };
}
