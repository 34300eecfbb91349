import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { runVerifyJob, type JobReport, type VerifyJob } from './verify-job.ts';

/** Runs verification jobs, on threads where that pays. */
export interface VerifyPool {
  /** Reports in the order of the jobs; one call at a time. */
  run(jobs: readonly VerifyJob[]): Promise<readonly JobReport[]>;
  close(): Promise<void>;
}

/** How many threads a pool has, and how they start. */
export interface PoolOptions {
  /** At most; default the processors there are, up to four. One thread means none besides the caller's. */
  readonly threads?: number;
  /** Node options of the threads; sources that run through a loader have no threads unless it is named here. */
  readonly execArgv?: readonly string[];
}

/** Creates a pool of verifying threads, which start when the first large batch comes. */
export function createVerifyPool(options: PoolOptions = {}): VerifyPool {
  const { execArgv } = options;
  const canStart = execArgv !== undefined || !IS_SOURCE;
  const threads = canStart ? (options.threads ?? Math.min(4, availableParallelism())) : 1;
  const workers: Worker[] = [];

  async function runOnThreads(jobs: readonly VerifyJob[]): Promise<readonly JobReport[]> {
    while (workers.length < threads) workers.push(startWorker(execArgv));
    const batches = toBatches(jobs);
    const reports: (readonly JobReport[])[] = [];
    let next = 0;
    await Promise.all(
      workers.map(async (worker) => {
        for (let at = next++; at < batches.length; at = next++) {
          worker.postMessage(batches[at]);
          const [answer] = (await once(worker, 'message')) as [readonly JobReport[]];
          reports[at] = answer;
        }
      }),
    );
    return reports.flat();
  }

  return {
    async run(jobs) {
      const bytes = jobs.reduce((sum, job) => sum + sizeOf(job), 0);
      return bytes < MIN_THREADED_BYTES || threads < 2 ? runHere(jobs) : runOnThreads(jobs);
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

const IS_SOURCE = import.meta.url.endsWith('.ts');

const WORKER = new URL(IS_SOURCE ? './verify-worker.ts' : './verify-worker.js', import.meta.url);

function startWorker(execArgv: readonly string[] | undefined): Worker {
  // A thread makes garbage only, line by line: a small young heap costs nothing and keeps the whole small.
  const resourceLimits = { maxYoungGenerationSizeMb: 6 };
  return new Worker(
    WORKER,
    execArgv === undefined ? { resourceLimits } : { resourceLimits, execArgv: [...execArgv] },
  );
}

/** Below it, starting threads takes longer than the work. */
const MIN_THREADED_BYTES = 8 * 1024 * 1024;

/** Jobs sent at once: enough to make the message cheap, few enough to keep all threads busy to the end. */
const BATCH_BYTES = 4 * 1024 * 1024;

async function runHere(jobs: readonly VerifyJob[]): Promise<readonly JobReport[]> {
  const isStrict = jobs.some(({ range }) => range.mode === 'strict');
  const validators = isStrict
    ? (await import('../../protocol/generated/validators.js')).validateEventData
    : null;
  const reports: JobReport[] = [];
  for (const job of jobs) {
    reports.push(runVerifyJob(job, validators));
    // Whoever verifies inside the daemon does not stop it for longer than one job.
    await setImmediate();
  }
  return reports;
}

function toBatches(jobs: readonly VerifyJob[]): readonly (readonly VerifyJob[])[] {
  const batches: VerifyJob[][] = [];
  let bytes = BATCH_BYTES;
  for (const job of jobs) {
    if (bytes >= BATCH_BYTES) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(job);
    bytes += sizeOf(job);
  }
  return batches;
}

/** Opening a file costs about as much as reading this much of it. */
const FILE_COST_BYTES = 16 * 1024;

function sizeOf({ range }: VerifyJob): number {
  return range.to - range.from + FILE_COST_BYTES;
}
