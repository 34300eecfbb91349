import type { Parsed } from '../../../protocol/problem.ts';
import type {
  AttemptRef,
  CommandRecord,
  FileChange,
  Finding,
  ProcessEnd,
  StepResult,
} from '../../../protocol/generated/types.ts';

/** A file found in this attempt's round folder. */
export interface RoundFile {
  /** Relative to the worktree, POSIX separators. */
  readonly path: string;
  readonly bytes: number;
  /** False for links, pipes and devices, and for anything whose real path leaves the round. */
  readonly isRegularInside: boolean;
}

/** Everything the controller measured for one attempt; the only input of the review beside the pack. */
export interface ReviewEvidence {
  readonly attempt: AttemptRef;
  /** The number of this dispatch's round folder. */
  readonly round: number;
  /** Null when the worker was never started; `preflight` then says why. */
  readonly worker: ProcessEnd | null;
  /** What stood against starting the worker at all. */
  readonly preflight: readonly Finding[];
  /** The required commands that were re-run, by index; empty when they were not. */
  readonly commands: readonly CommandRecord[];
  readonly changes: readonly FileChange[];
  readonly symlinks: readonly { readonly path: string; readonly target: string }[];
  readonly submodules: readonly string[];
  /** One sentence for each thing that could not be measured; while there is any, nothing passes. */
  readonly unmeasured: readonly string[];
  /** Files of the repository's own machinery (config, hooks, info, refs) that differ from before. */
  readonly controlChanges: readonly string[];
  readonly roundFiles: readonly RoundFile[];
  /** The worker's own report; null when it wrote none. */
  readonly workerReport: Parsed<StepResult> | null;
}
