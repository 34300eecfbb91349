import { lstat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  AttemptRef,
  CommandRecord,
  Finding,
  Limits,
  ProcessEnd,
  StepPack,
} from '../../protocol/generated/types.ts';
import type { ReviewEvidence } from '../domain/review/evidence.ts';
import { endedInOrder } from '../domain/review/worker-findings.ts';
import { renderSummary } from '../domain/render-summary.ts';
import type { CommandRunner } from '../ports/worker.ts';
import type { Measurement, Worktree } from '../ports/workspace.ts';
import { listRound } from './list-round.ts';
import { readWorkerReport } from './read-worker-report.ts';
import { runCommands } from './run-commands.ts';

/** One attempt whose worker is gone, or never came. */
export interface GatherRequest {
  readonly pack: StepPack;
  readonly commandLines: readonly (readonly string[])[];
  readonly attempt: AttemptRef;
  readonly round: number;
  readonly worktree: Worktree;
  readonly roundDir: string;
  readonly worker: ProcessEnd | null;
  readonly preflight: readonly Finding[];
  readonly limits: Limits;
  readonly signal: AbortSignal;
  readonly runner: CommandRunner;
  /** What the worker left, measured before anything else ran in the worktree. */
  readonly measurement: Measurement;
  readonly treeNow: (worktree: Worktree, before: Measurement) => Promise<string>;
  readonly controlChanges: () => Promise<readonly string[]>;
  /** Makes sure that the round folder is one, and no link to another. Default: it is trusted. */
  readonly restoreRound?: () => Promise<void>;
  readonly onCommand: (record: CommandRecord) => void;
}

/** The evidence, and the trees it was taken from. */
export interface Gathered {
  readonly evidence: ReviewEvidence;
  /** What the worker left: exactly this is committed when accepted. */
  readonly tree: string;
  /** Differs when a required command wrote files. */
  readonly treeAfterCommands: string;
}

/**
 * Measures everything the review judges: what changed, what the commands do, what lies in the round folder.
 *
 * The work is measured before the commands run, so that nothing a command writes is ever taken for the worker's.
 */
export async function gatherEvidence(request: GatherRequest): Promise<Gathered> {
  const { pack, worktree, roundDir, worker } = request;
  const before = request.measurement;
  const runs = request.preflight.length === 0 && endedInOrder(worker);
  const commands = runs ? await runCommands(commandsRequest(request)) : [];
  const treeAfterCommands = commands.length === 0 ? before.tree : await request.treeNow(worktree, before);
  const workerReport = await readWorkerReport(roundDir);
  await writeSummaryIfAbsent(join(roundDir, 'subagent_output.md'), () =>
    renderSummary(pack, { changes: before.changes, commands, worker }),
  );
  const evidence: ReviewEvidence = {
    attempt: request.attempt,
    round: request.round,
    worker,
    preflight: request.preflight,
    commands,
    changes: before.changes,
    symlinks: before.symlinks,
    submodules: before.submodules,
    unmeasured: before.unmeasured,
    controlChanges: await request.controlChanges(),
    roundFiles: await listRound(worktree.path, roundDir),
    workerReport,
  };
  return { evidence, tree: before.tree, treeAfterCommands };
}

function commandsRequest(request: GatherRequest): Parameters<typeof runCommands>[0] {
  return { ...request, attemptId: request.attempt.attempt_id, worktree: request.worktree.path };
}

/** A worker's last message stands; where it left none, what was measured is summed up in its place. */
async function writeSummaryIfAbsent(file: string, render: () => string): Promise<void> {
  const existing = await lstat(file).catch(() => null);
  if (existing === null) await writeFile(file, render(), { flag: 'wx' });
  // Anything but an empty regular file is left for the evidence review to judge.
  else if (existing.isFile() && existing.size === 0) await writeFile(file, render());
}
