import type { ProcessEnd } from '../../protocol/generated/types.ts';
import type { ProcessOutcome } from '../ports/worker.ts';
import { endOnCancel } from './endings/end-on-cancel.ts';
import { endOnLostOutput } from './endings/end-on-lost-output.ts';
import { endOnOutput } from './endings/end-on-output.ts';
import type { EndCause, Ending } from './endings/ending.ts';
import { createFirstClaim } from './first-claim.ts';
import { openCapture } from './output/capture.ts';
import type { Capture } from './output/capture.ts';
import { createProcessTable } from './process-table/create-process-table.ts';
import type { ProcessRequest, RunReport } from './process-request.ts';
import { resolveCommand } from './resolve-executable.ts';
import type { ResolvedCommand } from './resolve-executable.ts';
import { spawnDetached } from './spawn-detached.ts';
import { superviseChild } from './supervise-child.ts';
import type { Supervision } from './supervise-child.ts';

/** How a run ended, what was really run, and its output. */
export interface ProcessRun extends ProcessOutcome, RunReport {
  /** The argv as it ran: with the stand-in, where there was need of one. */
  readonly argv: readonly string[];
}

const MEBIBYTE = 1024 * 1024;

/**
 * Runs one program to its end, and its whole tree with it.
 *
 * ```
 * program found, files opened → spawned → first cause claimed → tree ended → pipes drained → files closed
 * ```
 *
 * Whatever happens, the promise settles: a process that survives SIGKILL is reported, a pipe held open by one that
 * escaped is given up. A program that cannot be started is an outcome (`not_found`, `spawn_failed`), not an error.
 * @throws ReeveError IO_FAILED when the output cannot be kept; the tree has been ended then, too
 */
export async function runProcess(request: ProcessRequest): Promise<ProcessRun> {
  const [capture, command] = await Promise.all([
    openCapture(request.files, request.limits.output_mb * MEBIBYTE, request.frame?.opening ?? null),
    resolveCommand(request.argv, request),
  ]);
  const ending = createFirstClaim<EndCause>();
  endOnOutput(ending, capture.meter);
  endOnLostOutput(ending, capture);
  const stopListening = endOnCancel(ending, request.signal);
  try {
    const run = await execute(command, request, ending, capture);
    const report = { end: toProcessEnd(run, capture), leftovers: run.leftovers, failure: run.failure };
    const streams = await capture.close(request.frame?.closing(report) ?? null);
    return { ...report, ...streams, argv: run.argv };
  } finally {
    stopListening();
    await capture.close(null).catch(() => {});
  }
}

interface Execution extends Supervision {
  readonly cause: EndCause;
  readonly argv: readonly string[];
  readonly failure: string | null;
}

async function execute(
  command: ResolvedCommand | null,
  request: ProcessRequest,
  ending: Ending,
  capture: Capture,
): Promise<Execution> {
  const { argv, cwd, env } = request;
  if (command === null) {
    ending.claim('not_found');
    return notStarted(argv, ending, `no program ${JSON.stringify(argv[0] ?? '')} was found`);
  }
  if (ending.value !== null) {
    return notStarted(command.argv, ending, 'it was cancelled before it began');
  }
  const table = createProcessTable();
  const strangers = table.pidsAtHand();
  const child = await spawnDetached({ file: command.executable.file, args: command.argv.slice(1), cwd, env });
  if ('failure' in child) {
    ending.claim('spawn_failed');
    return notStarted(command.argv, ending, child.failure);
  }
  const supervision = await superviseChild(child, command, request, { ending, capture, table, strangers });
  return { ...supervision, cause: await ending.claimed, argv: command.argv, failure: null };
}

/** Nothing was started: the first cause claimed says why. */
async function notStarted(argv: readonly string[], ending: Ending, failure: string): Promise<Execution> {
  const cause = await ending.claimed;
  return { cause, argv, failure, exit: null, durationMs: 0, peakBytes: 0, leftovers: [], survivors: [] };
}

function toProcessEnd(run: Execution, capture: Capture): ProcessEnd {
  // Bytes read after a normal end were written before it: whether the limit was passed must not hang on a race.
  const isNormal = run.cause === 'exited' || run.cause === 'signaled';
  return {
    exit_code: run.exit?.code ?? null,
    signal: run.exit?.signal ?? null,
    cause: isNormal && capture.meter.isExceeded ? 'output' : run.cause,
    duration_ms: Math.round(run.durationMs),
    peak_memory_bytes: run.peakBytes,
    survivors: [...run.survivors],
  };
}
