import { join } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import { parseReworkPack } from '../../protocol/rework-pack.ts';
import { parseCommandLine } from '../../protocol/command-line.ts';
import { parseStepPack } from '../../protocol/step-pack/parse-step-pack.ts';
import type { AttemptStartedData, Limits, ReworkPack, StepPack } from '../../protocol/generated/types.ts';
import { effectiveLimits } from '../domain/effective-limits.ts';
import { roundFolder } from '../domain/round-folder.ts';
import type { StepState } from '../domain/task-state.ts';
import { packFile, readReferenced, reworkFile, taskFolder } from './attempt-files.ts';
import type { KernelContext } from './kernel-context.ts';
import type { ProjectRuntime } from './project-runtime.ts';

/** A step's pack as it was accepted, read back from the bytes the ledger names. */
export interface Order {
  readonly pack: StepPack;
  readonly rework: ReworkPack | null;
  /** The required commands, tokenised. */
  readonly commandLines: readonly (readonly string[])[];
  readonly limits: Limits;
  /** Absolute path of the task's folder. */
  readonly folder: string;
}

/** Reads back what a step was ordered to do. */
export async function loadOrder(
  context: KernelContext,
  project: ProjectRuntime,
  taskId: string,
  step: StepState,
): Promise<Order> {
  const folder = taskFolder(project.ledger.folder, taskId);
  const digest = step.pack?.pack_sha256;
  if (digest === undefined) throw new ReeveError('BUG', `step ${step.stepId} owes work without a pack`);
  const parsed = parseStepPack(await readReferenced(folder, packFile(digest), digest));
  if (!parsed.ok) {
    const first = parsed.problems[0];
    throw new ReeveError(
      'LEDGER_DAMAGED',
      `the accepted pack ${digest} is no longer valid: ${first?.message ?? ''}`,
    );
  }
  const rework =
    step.rework === null ? null : await loadRework(folder, step.rework.rework_sha256, parsed.value, digest);
  const pack = rework === null ? parsed.value : narrowed(parsed.value, rework);
  return {
    pack,
    rework,
    commandLines: pack.commands.required.map(toArgv),
    limits: effectiveLimits(pack, context.config.limits),
    folder,
  };
}

/** A ReworkPack may narrow the scope: its revision is held to what it says. */
function narrowed(pack: StepPack, rework: ReworkPack): StepPack {
  return { ...pack, scope: { ...pack.scope, ...rework.scope } };
}

async function loadRework(
  folder: string,
  digest: string,
  pack: StepPack,
  packDigest: string,
): Promise<ReworkPack> {
  const parsed = parseReworkPack(await readReferenced(folder, reworkFile(digest), digest), pack, packDigest);
  if (parsed.ok) return parsed.value;
  throw new ReeveError(
    'LEDGER_DAMAGED',
    `the ReworkPack ${digest} is no longer valid: ${parsed.problems[0]?.message ?? ''}`,
  );
}

function toArgv(command: string): readonly string[] {
  const tokens = parseCommandLine(command);
  if (tokens.ok) return tokens.value;
  throw new ReeveError('LEDGER_DAMAGED', `an accepted pack holds a command that cannot be read: ${command}`);
}

/** The paths of one attempt on this machine. */
export interface AttemptPlaces {
  readonly worktree: string;
  readonly roundDir: string;
  /** Beside the worktree: the control files as they were before the worker ran. */
  readonly controlFile: string;
}

/** Where an attempt lives, from what was recorded when it started. */
export function placesOf(context: KernelContext, pack: StepPack, attempt: AttemptStartedData): AttemptPlaces {
  const worktree = join(context.config.paths.state, attempt.worktree);
  return {
    worktree,
    roundDir: join(worktree, ...roundFolder(pack, attempt.dispatch).split('/')),
    controlFile: controlFileOf(worktree),
  };
}

/** The control files beside a worktree. */
export function controlFileOf(worktree: string): string {
  return `${worktree}.control.json`;
}
