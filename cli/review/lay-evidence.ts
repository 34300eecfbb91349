import { copyFile, lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StepPack } from '../../protocol/generated/types.ts';
import { WORKER_REPORT } from '../../daemon/review/read-worker-report.ts';
import { layRound } from '../../daemon/workspace/lay-round.ts';
import type { PackFile } from '../pack-file.ts';

const MAX_FILES = 1_000;
const ROUND_FOLDER = /[\\/]rounds[\\/]R\d+$/;

/**
 * Lays the round folder into the worktree that is judged: what lies beside the StepResult when that is a round folder
 * itself, the report, and a note in place of an output that was not handed in.
 */
export async function layEvidence(worktree: string, pack: StepPack, report: PackFile): Promise<string> {
  const roundDir = await layRound(worktree, { runId: pack.run_id, stepId: pack.step_id, round: 0 });
  const source = dirname(report.path);
  if (ROUND_FOLDER.test(source)) await copyFolder(source, roundDir, { left: MAX_FILES });
  await writeFile(join(roundDir, WORKER_REPORT), report.bytes);
  const note = `# ${pack.task_id}: reviewed offline; the worker's output was not handed in\n`;
  await writeFile(join(roundDir, 'shim_stdout.txt'), note, { flag: 'wx' }).catch(ignoreExisting);
  return roundDir;
}

/** Copies regular files only. Threat: a link in someone's evidence could name any file of this machine. */
async function copyFolder(from: string, to: string, budget: { left: number }): Promise<void> {
  for (const name of await readdir(from)) {
    const source = join(from, name);
    const found = await lstat(source);
    if (found.isDirectory()) {
      await mkdir(join(to, name), { recursive: true });
      await copyFolder(source, join(to, name), budget);
    } else if (found.isFile() && (budget.left -= 1) >= 0 && name !== 'step_result.json') {
      await copyFile(source, join(to, name));
    }
  }
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
}
