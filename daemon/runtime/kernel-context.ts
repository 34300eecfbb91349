import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { Clock } from '../ports/clock.ts';
import type { CommandRunner, OrphanReaper, WorkerRunner } from '../ports/worker.ts';
import type { Workspace } from '../ports/workspace.ts';

/** Where an attempt is right now: what no log holds, for people watching. */
export interface Phase {
  readonly project_id: string;
  readonly task_id: string;
  readonly step_id: string;
  /** `R0/S0`. */
  readonly attempt: string;
  readonly worker: string;
  readonly phase: 'preparing' | 'working' | 'verifying' | 'judging' | 'settling';
  /** RFC 3339. */
  readonly since: string;
  /** The command being verified, or the like; empty when there is nothing to say. */
  readonly detail: string;
  /** Absolute path of the worker's captured stdout while it works. */
  readonly output: string | null;
}

/** What every executor needs: the adapters, the configuration and the one signal that ends it all. */
export interface KernelContext {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly workspace: Workspace;
  readonly workers: WorkerRunner;
  readonly commands: CommandRunner;
  readonly orphans: OrphanReaper;
  /** Hexadecimal digits of randomness. */
  readonly random: (digits: number) => string;
  /** Clean-up that nothing waits for but the end. */
  readonly background: Set<Promise<void>>;
  /** Where every attempt under way is, by attempt id, for whoever watches. */
  readonly phases: Map<string, Phase>;
}
