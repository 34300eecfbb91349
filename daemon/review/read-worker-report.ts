import { constants } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepResult } from '../../protocol/generated/types.ts';
import type { Parsed } from '../../protocol/problem.ts';
import { parseStepResult } from '../../protocol/step-result.ts';

/** Where the worker is told to write its report; `step_result.json` itself is the controller's. */
export const WORKER_REPORT = 'worker_step_result.json';

const MAX_BYTES = 1024 * 1024;

/**
 * Moves a report that lies where the controller's own belongs: workers written for older controllers put it there.
 *
 * Done once, before the worker's end is recorded, so that a review repeated after a crash never takes the
 * controller's own step result for the worker's.
 */
export async function setAsideWorkerReport(roundDir: string): Promise<void> {
  await rename(join(roundDir, 'step_result.json'), join(roundDir, WORKER_REPORT)).catch(() => undefined);
}

/** Reads the worker's own report; null when it wrote none. */
export async function readWorkerReport(roundDir: string): Promise<Parsed<StepResult> | null> {
  const bytes = await readBounded(join(roundDir, WORKER_REPORT));
  if (bytes === null) return null;
  if (bytes === 'unreadable') {
    const message = `it is not a regular file of at most ${MAX_BYTES} bytes`;
    return { ok: false, problems: [{ code: 'NOT_READABLE', pointer: '', message }], warnings: [] };
  }
  return parseStepResult(bytes);
}

/** Threat: a link or a pipe in the report's place; neither is followed, nor waited for. */
async function readBounded(file: string): Promise<Buffer | 'unreadable' | null> {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  let handle;
  try {
    handle = await open(file, flags);
  } catch (error) {
    return isMissing(error) ? null : 'unreadable';
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size > MAX_BYTES) return 'unreadable';
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
