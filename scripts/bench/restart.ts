import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLedger } from '../../daemon/ledger/open-ledger.ts';
import type { EventDraft } from '../../protocol/events.ts';
import type { Actor } from '../../protocol/generated/types.ts';
import { alone, type Benchmark } from './result.ts';
import { createRepository, inScratch } from './scratch.ts';

const TASKS = 10_000;
const EVENTS_PER_TASK = 100;
/** Open tasks are replayed at the start, closed ones are not. */
const OPEN_TASKS = 100;
const ACTOR: Actor = { kind: 'tool', id: 'bench' };

/** A daemon that starts over a large ledger: until it has nothing left to do, and the memory that takes. */
export const restart: Benchmark = (say) =>
  inScratch(async (folder) => {
    await createRepository(folder, ['true']);
    say(`writing ${TASKS} tasks, ${TASKS * EVENTS_PER_TASK} events`);
    await fill(join(folder, 'workflow'), say);
    say('starting the daemon over them');
    const { seconds, peakMegabytes } = await startOnce(folder);
    return [
      alone('daemon restart, 10,000 tasks and 1,000,000 events', 's', seconds, '≤ 3 s'),
      alone('daemon restart, peak memory', 'MB', peakMegabytes, '≤ 200 MB'),
    ];
  });

async function fill(root: string, say: (line: string) => void): Promise<void> {
  const ledger = await openLedger({ root, clock: { now: () => Date.now() }, reeveVersion: '0.0.0-bench' });
  const project = await ledger.project('default', { create: true });
  for (let index = 0; index < TASKS; index += 1) {
    const isOpen = index < OPEN_TASKS;
    const task = project.appendTask(
      `T-${index}`,
      ACTOR,
      isOpen ? 'waiting' : 'rejected',
      reportedTask(isOpen),
    );
    if (index % 64 === 63) await task.durable;
    if (index % 2000 === 1999) say(`${index + 1} tasks`);
  }
  await project.flush();
  await ledger.close();
}

/** The events of a task that an outside tool reported, closed at the end or left open. */
export function reportedTask(isOpen: boolean): readonly EventDraft[] {
  const opened: EventDraft = {
    type: 'task.opened',
    data: { project_id: 'default', title: 'A task of the benchmark' },
  };
  const reports = Array.from({ length: EVENTS_PER_TASK - (isOpen ? 1 : 2) }, (_, s) => reported(s));
  const closed: EventDraft = {
    type: 'task.closed',
    data: { final_status: 'rejected', reason_code: 'COMMAND_FAILED', detail: 'the benchmark is over' },
  };
  return isOpen ? [opened, ...reports] : [opened, ...reports, closed];
}

function reported(s: number): EventDraft {
  const data = {
    attempt_id: `A_${s}`,
    r: 0,
    s,
    recorded_by: 'tool',
    result: 'FAIL',
    controller_verdict: null,
    reason_code: 'COMMAND_FAILED',
    reason_detail: 'exit 1',
    next_action: 'RETRY',
    criteria: [],
    gates: [],
    findings: [],
    finding_count: 0,
    commands: [],
    files_changed: [],
    files_changed_count: 0,
    base_commit: null,
    tree: null,
    review: null,
    step_result: null,
    patch: null,
    snapshot: null,
    usage: null,
    duration_ms: 0,
  } as const;
  return { type: 'attempt.recorded', data, run_id: 'T_run', step_id: 'S1' };
}

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
