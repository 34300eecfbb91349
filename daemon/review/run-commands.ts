import { join } from 'node:path';
import type { CommandRecord, Limits, StepPack } from '../../protocol/generated/types.ts';
import { commandOutput } from '../domain/round-folder.ts';
import type { CommandRunner } from '../ports/worker.ts';

/** What re-running the required commands needs. */
export interface CommandsRequest {
  readonly pack: StepPack;
  /** The required commands, tokenised. */
  readonly commandLines: readonly (readonly string[])[];
  readonly attemptId: string;
  readonly worktree: string;
  readonly roundDir: string;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  readonly runner: CommandRunner;
  /** Makes sure that the round folder is one, and no link to another. Default: it is trusted. */
  readonly restoreRound?: () => Promise<void>;
  /** Hears of each command as it ends. */
  readonly onCommand: (record: CommandRecord) => void;
}

/** Re-runs every required command in order, in the worktree; one that fails does not spare the others. */
export async function runCommands(request: CommandsRequest): Promise<readonly CommandRecord[]> {
  const records: CommandRecord[] = [];
  for (const [index, argv] of request.commandLines.entries()) {
    if (request.signal.aborted) break;
    const record = await runOne(request, index, argv);
    // Threat: what a command runs is the worker's own work, which may put a link where the next output goes.
    await request.restoreRound?.();
    records.push(record);
    request.onCommand(record);
  }
  return records;
}

async function runOne(
  request: CommandsRequest,
  index: number,
  argv: readonly string[],
): Promise<CommandRecord> {
  const { pack, roundDir } = request;
  const files = {
    stdout: join(roundDir, commandOutput(index, 'stdout')),
    stderr: join(roundDir, commandOutput(index, 'stderr')),
  };
  const outcome = await request.runner.run({
    attemptId: request.attemptId,
    argv,
    cwd: request.worktree,
    files,
    limits: request.limits,
    signal: request.signal,
  });
  return {
    index,
    command: pack.commands.required[index] ?? argv.join(' '),
    ...outcome.record,
    stdout: { artifact: null, bytes: outcome.stdout.bytes, truncated: outcome.stdout.truncated },
    stderr: { artifact: null, bytes: outcome.stderr.bytes, truncated: outcome.stderr.truncated },
  };
}
