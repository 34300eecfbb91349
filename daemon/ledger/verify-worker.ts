import { parentPort } from 'node:worker_threads';
import { runVerifyJob } from './run-verify-job.ts';
import type { Validators } from './verify-content.ts';
import type { VerifyJob } from './verify-job.ts';

/** Entry of a verifying thread: answers each list of jobs with the list of their reports. */
parentPort?.on('message', (jobs: readonly VerifyJob[]) => {
  void answer(jobs);
});

/** A rejection ends the thread with it, which the pool reports. */
async function answer(jobs: readonly VerifyJob[]): Promise<void> {
  const validators = await loadValidators(jobs);
  const reports = jobs.map((job) => runVerifyJob(job, validators));
  const blocks = reports.flatMap(({ project }) => (project === null ? [] : [project.heads, project.leaves]));
  parentPort?.postMessage(
    reports,
    blocks.map(({ buffer }) => buffer),
  );
}

async function loadValidators(jobs: readonly VerifyJob[]): Promise<Validators | null> {
  if (!jobs.some(({ range }) => range.mode === 'strict')) return null;
  return (await import('../../protocol/generated/validators.js')).validateEventData;
}
