import { EventEmitter, once } from 'node:events';
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { runVerifyJob } from './run-verify-job.ts';
import type { JobReport, VerifyJob } from './verify-job.ts';
import { sizeOf } from './verify-split.ts';

/** Runs verification jobs, on threads where that pays. */
export interface VerifyPool {
  /**
   * Runs jobs, taking them as they are needed; one call at a time.
   *
   * @param done sees each job with its report, in the order of the jobs
   */
  run(jobs: Iterable<VerifyJob>, done: Done): Promise<void>;
  close(): Promise<void>;
}

type Done = (job: VerifyJob, report: JobReport) => void;

/** How many threads a pool has, and how they start. */
export interface PoolOptions {
  /** At most; default two, which outrun `sha256sum`. One thread means none besides the caller's. */
  readonly threads?: number;
  /** Node options of the threads; sources that run through a loader have no threads unless it is named here. */
  readonly execArgv?: readonly string[];
}

/** Creates a pool of verifying threads, which start when the first large batch comes. */
export function createVerifyPool(options: PoolOptions = {}): VerifyPool {
  const { execArgv } = options;
  const canStart = execArgv !== undefined || !IS_SOURCE;
  const threads = canStart ? (options.threads ?? Math.min(2, availableParallelism())) : 1;
  const workers: Worker[] = [];

  async function runOnThreads(batches: Iterator<Batch>, done: Done): Promise<void> {
    while (workers.length < threads) workers.push(startWorker(execArgv));
    const delivered = new EventEmitter();
    const queue = inOrder<readonly [Batch, readonly JobReport[]]>(([batch, reports]) => {
      for (const [index, report] of reports.entries()) {
        const job = batch[index];
        if (job !== undefined) done(job, report);
      }
      delivered.emit('batch');
    });
    let taken = 0;
    await Promise.all(
      workers.map(async (worker) => {
        for (let next = batches.next(); next.done !== true; next = batches.next()) {
          const at = taken++;
          // One thread that is slow must not make the others pile up reports.
          while (at - queue.count() >= MAX_AHEAD * threads) await once(delivered, 'batch');
          worker.postMessage(next.value);
          const [reports] = (await once(worker, 'message')) as [readonly JobReport[]];
          queue.add(at, [next.value, reports]);
        }
      }),
    );
  }

  return {
    async run(jobs, done) {
      const batches = toBatches(jobs);
      const first = [...takeUpTo(batches, MIN_THREADED_BYTES)];
      const isLarge = costOf(first.flat()) >= MIN_THREADED_BYTES;
      const all = chain(first, batches);
      await (threads < 2 || !isLarge ? runHere(all, done) : runOnThreads(all, done));
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

type Batch = readonly VerifyJob[];

const IS_SOURCE = import.meta.url.endsWith('.ts');

const WORKER = new URL(IS_SOURCE ? './verify-worker.ts' : './verify-worker.js', import.meta.url);

function startWorker(execArgv: readonly string[] | undefined): Worker {
  // A thread makes garbage only, line by line: small heaps cost nothing, and without limits they grow all the same.
  const resourceLimits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 64 };
  return new Worker(
    WORKER,
    execArgv === undefined ? { resourceLimits } : { resourceLimits, execArgv: [...execArgv] },
  );
}

/** Jobs sent at once: enough to make the message cheap, few enough to keep all threads busy to the end. */
const BATCH_BYTES = 512 * 1024;

/** Batches per thread that may wait for one before them. */
const MAX_AHEAD = 2;

/** Below it, starting threads takes longer than the work. */
const MIN_THREADED_BYTES = 8 * 1024 * 1024;

async function runHere(batches: Iterable<Batch>, done: Done): Promise<void> {
  for (const batch of batches) {
    for (const job of batch) {
      const validators =
        job.range.mode === 'strict'
          ? (await import('../../protocol/generated/validators.js')).validateEventData
          : null;
      done(job, runVerifyJob(job, validators));
      // Whoever verifies inside the daemon does not stop it for longer than one job.
      await setImmediate();
    }
  }
}

function* toBatches(jobs: Iterable<VerifyJob>): Generator<Batch, void> {
  let batch: VerifyJob[] = [];
  for (const job of jobs) {
    batch.push(job);
    if (costOf(batch) < BATCH_BYTES) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function costOf(jobs: readonly VerifyJob[]): number {
  return jobs.reduce((sum, { range }) => sum + sizeOf(range.stretches) + FILE_COST_BYTES, 0);
}

/** Opening a file costs about as much as reading this much of it. */
const FILE_COST_BYTES = 16 * 1024;

/** Takes batches until together they cost so much. */
function* takeUpTo(batches: Iterator<Batch, void>, cost: number): Generator<Batch, void> {
  for (let left = cost; left > 0;) {
    const next = batches.next();
    if (next.done === true) return;
    left -= costOf(next.value);
    yield next.value;
  }
}

function* chain<T>(first: Iterable<T>, rest: Iterable<T>): Generator<T, void> {
  yield* first;
  yield* rest;
}

/** Holds back what comes early. */
function inOrder<T>(deliver: (item: T) => void): {
  add(at: number, item: T): void;
  /** How many were delivered. */
  count(): number;
} {
  const early = new Map<number, T>();
  let next = 0;
  return {
    add(at, item) {
      early.set(at, item);
      for (let due = early.get(next); due !== undefined; due = early.get(next)) {
        early.delete(next);
        next += 1;
        deliver(due);
      }
    },
    count: () => next,
  };
}
