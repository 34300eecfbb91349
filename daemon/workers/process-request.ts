import type { Limits, ProcessEnd } from '../../protocol/generated/types.ts';
import type { SpawnedProcess } from '../ports/worker.ts';
import type { Environment } from './build-environment.ts';

/** One program to run. */
export interface ProcessRequest {
  /** The program and its arguments; no shell reads them. */
  readonly argv: readonly string[];
  /** Stand-ins for a program that this machine lacks. Default: none. */
  readonly interpreters?: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The whole environment; its REEVE_ATTEMPT_ID marks every process of the tree. */
  readonly env: Environment;
  /** Written to stdin, which is then closed. */
  readonly stdin: string;
  /** `output_mb` counts both streams together. */
  readonly limits: Limits;
  readonly signal: AbortSignal;
  /** Absolute paths of the files that take the streams; whatever is there is replaced. */
  readonly files: { readonly stdout: string; readonly stderr: string };
  /** Lines put around the output in both files. Default: none. */
  readonly frame?: { readonly opening: string; readonly closing: (report: RunReport) => string };
  /** Milliseconds between SIGTERM and SIGKILL. Default: 5000. */
  readonly graceMs?: number;
  /** Called once, as soon as the process exists. */
  readonly onSpawned?: (process: SpawnedProcess) => void;
}

/** How a run ended. */
export interface RunReport {
  readonly end: ProcessEnd;
  /** Background processes that were alive after the program had ended, and were then ended too. */
  readonly leftovers: readonly number[];
  /** Why no process came to be; null when one did. */
  readonly failure: string | null;
}
