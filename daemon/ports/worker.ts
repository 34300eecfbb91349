import type { CommandRecord, Limits, ProcessEnd, Usage } from '../../protocol/generated/types.ts';

/** A worker as configured in `reeve.yaml`, already checked. */
export type WorkerProfile =
  | {
      readonly kind: 'command';
      readonly name: string;
      /** argv, never a shell line; `argv[0]` is looked up on PATH or is a path. */
      readonly command: readonly string[];
      /** Names of variables passed through from the daemon's environment, on top of the fixed allow-list. */
      readonly env: readonly string[];
    }
  | {
      readonly kind: 'scripted';
      readonly name: string;
      /** Absolute path of the scenario file. */
      readonly scenario: string;
      readonly env: readonly string[];
    };

/** What one worker run needs; the worker contract of `docs/workers.md` is built from it. */
export interface WorkerRequest {
  readonly worker: WorkerProfile;
  readonly taskId: string;
  readonly attemptId: string;
  /** `R0/S0`, as the worker sees it in REEVE_ATTEMPT. */
  readonly pointer: string;
  /** Absolute path; the worker's working directory. */
  readonly worktree: string;
  /** Absolute path of this round's folder inside the worktree. */
  readonly roundDir: string;
  /** Markdown written to the worker's stdin, which is then closed. */
  readonly brief: string;
  readonly stepPackFile: string;
  readonly reworkPackFile: string | null;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  /** Called once, as soon as the process exists. */
  readonly onSpawned: (process: SpawnedProcess) => void;
}

/** The identity of a live process, enough to find it again after the daemon died. */
export interface SpawnedProcess {
  readonly pid: number;
  /** Kernel start time (clock ticks since boot on Linux); null where the system does not tell. */
  readonly start_time: string | null;
  readonly argv: readonly string[];
  readonly executable: string;
}

/** One captured stream: a file of at most the output limit, and the true size. */
export interface CapturedStream {
  /** Absolute path. */
  readonly file: string;
  /** True size produced. */
  readonly bytes: number;
  readonly truncated: boolean;
}

/** How one process tree ended, with its captured output. */
export interface ProcessOutcome {
  readonly end: ProcessEnd;
  readonly stdout: CapturedStream;
  readonly stderr: CapturedStream;
}

/** A worker's outcome; `usage` is what its own structured output reported, null when unknown. */
export interface WorkerOutcome extends ProcessOutcome {
  readonly usage: Usage | null;
}

/** Runs workers; one adapter per worker kind. */
export interface WorkerRunner {
  run(request: WorkerRequest): Promise<WorkerOutcome>;
}

/** One required command to be re-run by the controller. */
export interface CommandRequest {
  readonly attemptId: string;
  /** Tokenised, never a shell line. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Absolute paths of the files that take the streams. */
  readonly files: { readonly stdout: string; readonly stderr: string };
  readonly limits: Limits;
  readonly signal: AbortSignal;
}

/** How a required command ended. */
export interface CommandOutcome extends ProcessOutcome {
  readonly record: Pick<CommandRecord, 'argv' | 'exit_code' | 'cause' | 'duration_ms' | 'log_sha256'>;
}

/** Runs required commands, in the environment workers get, under the same limits. */
export interface CommandRunner {
  run(request: CommandRequest): Promise<CommandOutcome>;
  /** The real path of the program that would run, stand-ins included; null when there is none. */
  resolve(program: string, cwd: string): Promise<string | null>;
}

/** A process an earlier daemon left behind, and what became of it. */
export interface Orphan {
  readonly pid: number;
  readonly outcome: 'killed' | 'already_gone' | 'survived';
}

/** Ends what an earlier daemon left running for an attempt; a reused process id is never touched. */
export interface OrphanReaper {
  end(
    attemptId: string,
    spawned: Pick<SpawnedProcess, 'pid' | 'start_time'> | null,
  ): Promise<readonly Orphan[]>;
}
