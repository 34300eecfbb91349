import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openBenchDaemon } from './open-bench-daemon.ts';
import { alone, percentile, type Benchmark } from './result.ts';
import { createRepository, inScratch, packText } from './scratch.ts';

const DROPS = 100;

/** From the rename of a pack into an inbox to the worker's process: watcher, validation, ledger and worktree included. */
export const dropToSpawn: Benchmark = (say) =>
  inScratch(async (folder) => {
    await createRepository(folder, ['true']);
    const daemon = await openBenchDaemon(folder);
    const latencies: number[] = [];
    try {
      for (let index = 0; index < DROPS + 5; index += 1) {
        const taskId = `D-${index}`;
        const spawned = daemon.next((event) => event.type === 'worker.spawned' && event.task_id === taskId);
        const closed = daemon.next((event) => event.type === 'task.closed' && event.task_id === taskId);
        const draft = join(folder, `${taskId}.tmp`);
        await writeFile(draft, packText(taskId));
        const dropped = Date.now();
        await rename(draft, join(folder, 'workflow', `${taskId}.json`));
        const event = await spawned;
        // The first few warm the machine up.
        if (index >= 5) latencies.push(Date.parse(event.time) - dropped);
        await closed;
        if (index % 25 === 0) say(`${index} of ${DROPS} drops`);
      }
    } finally {
      await daemon.close();
    }
    return [
      alone('drop to spawn, p50', 'ms', percentile(latencies, 0.5), '≤ 40 ms'),
      alone('drop to spawn, p99', 'ms', percentile(latencies, 0.99), '≤ 100 ms'),
    ];
  });
