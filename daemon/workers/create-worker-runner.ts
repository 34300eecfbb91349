import path from 'node:path';
import type { Clock } from '../ports/clock.ts';
import type { WorkerProfile, WorkerRequest, WorkerRunner } from '../ports/worker.ts';
import { toCommandArgv } from './adapters/command.ts';
import { toScriptedArgv } from './adapters/scripted.ts';
import { ATTEMPT_MARKER } from './attempt-marker.ts';
import { buildEnvironment } from './build-environment.ts';
import type { Environment } from './build-environment.ts';
import type { ProcessRequest, RunReport } from './process-request.ts';
import { runProcess } from './run-process.ts';

/**
 * Creates the runner of local workers.
 *
 * `hostEnv` is the daemon's own environment, of which only an allow-list reaches a worker. `graceMs` is the time between
 * SIGTERM and SIGKILL; default 5000.
 */
export function createWorkerRunner(options: {
  readonly hostEnv: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly graceMs?: number;
}): WorkerRunner {
  const { hostEnv, clock, graceMs } = options;
  return {
    async run(request) {
      const argv = await toArgv(request.worker);
      const { end, stdout, stderr } = await runProcess({
        argv,
        cwd: request.worktree,
        env: buildEnvironment(hostEnv, { allow: request.worker.env, set: toContract(request) }),
        stdin: request.brief,
        limits: request.limits,
        signal: request.signal,
        files: {
          stdout: path.join(request.roundDir, 'shim_stdout.txt'),
          stderr: path.join(request.roundDir, 'shim_stderr.txt'),
        },
        frame: toFrame(argv, clock),
        onSpawned: request.onSpawned,
        ...(graceMs === undefined ? {} : { graceMs }),
      });
      return { end, stdout, stderr, usage: null };
    },
  };
}

/** One adapter per kind of worker. */
function toArgv(worker: WorkerProfile): Promise<readonly string[]> | readonly string[] {
  switch (worker.kind) {
    case 'command':
      return toCommandArgv(worker);
    case 'scripted':
      return toScriptedArgv(worker);
  }
}

/** What every worker is told by its environment: the worker contract of `docs/workers.md`. */
function toContract(request: WorkerRequest): Environment {
  return {
    REEVE_STEP_PACK: request.stepPackFile,
    ...(request.reworkPackFile === null ? {} : { REEVE_REWORK_PACK: request.reworkPackFile }),
    REEVE_RUN_DIR: request.roundDir,
    REEVE_RESULT: path.join(request.roundDir, 'worker_step_result.json'),
    REEVE_TASK_ID: request.taskId,
    REEVE_ATTEMPT: request.pointer,
    [ATTEMPT_MARKER]: request.attemptId,
  };
}

/** The lines around a worker's output: what ran and when, and how it ended. */
function toFrame(argv: readonly string[], clock: Clock): NonNullable<ProcessRequest['frame']> {
  const started = new Date(clock.now()).toISOString();
  return {
    opening: `# command: ${JSON.stringify(argv)} started: ${started}`,
    closing: toClosingLine,
  };
}

function toClosingLine({ end, leftovers, failure }: RunReport): string {
  const exit = end.signal ?? end.exit_code ?? 'none';
  const left = leftovers.length === 0 ? '' : ` left_running_and_ended: ${leftovers.join(',')}`;
  const why = failure === null ? '' : ` failure: ${JSON.stringify(failure)}`;
  return `# exit: ${exit} cause: ${end.cause} duration_ms: ${end.duration_ms}${left}${why}`;
}
