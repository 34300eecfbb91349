import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import type { StepPack } from '../../protocol/generated/types.ts';
import { roundFolder } from '../domain/round-folder.ts';
import { layRound } from '../workspace/lay-round.ts';

/**
 * Makes sure, once the worker is gone, that the round folder is what was laid down: a worker may have cleaned it away.
 *
 * Threat: a worker that puts a link in its place has the controller write evidence somewhere else. What stands in the
 * way is removed, and the evidence that was in it is missing.
 */
export async function restoreRound(worktree: string, pack: StepPack, round: number): Promise<void> {
  const where = { runId: pack.run_id, stepId: pack.step_id, round };
  try {
    await layRound(worktree, where);
  } catch (error) {
    if (!(error instanceof ReeveError) || error.code !== 'CONFLICT') throw error;
    await clearTheWay(worktree, [...roundFolder(pack, round).split('/'), 'outputs']);
    await layRound(worktree, where);
  }
}

/** Removes the first thing on the way that is not a folder; a link is removed, never what it points at. */
async function clearTheWay(worktree: string, parts: readonly string[]): Promise<void> {
  let path = worktree;
  for (const part of parts) {
    path = join(path, part);
    const found = await lstat(path).catch(() => null);
    if (found === null) return;
    if (!found.isDirectory()) return await rm(path);
  }
}
