import type { Finding, ProcessEnd, ReasonCode } from '../../../protocol/generated/types.ts';

const CAUSES: Readonly<Record<ProcessEnd['cause'], ReasonCode | null>> = {
  exited: null,
  signaled: 'WORKER_CRASHED',
  timeout: 'TIMEOUT',
  silence: 'NO_OUTPUT',
  memory: 'MEMORY_LIMIT',
  output: 'OUTPUT_LIMIT',
  cancelled: 'CANCELLED',
  // No use in trying again: the program is not on this machine.
  not_found: 'COMMAND_NOT_FOUND',
  spawn_failed: 'BACKEND_UNAVAILABLE',
};

const SENTENCES: Readonly<Record<ProcessEnd['cause'], string>> = {
  exited: 'the worker ended by itself',
  signaled: 'the worker was ended by a signal',
  timeout: 'the worker ran past its time limit and was ended',
  silence: 'the worker was silent past its limit and was ended',
  memory: 'the worker and its children used more memory than allowed and were ended',
  output: 'the worker wrote more output than allowed and was ended',
  cancelled: 'the worker was ended because the attempt was cancelled',
  not_found: 'the worker program was not found',
  spawn_failed: 'the worker program could not be started',
};

/** What an abnormal ending says of the attempt; it stands before everything else found. */
export function endingFindings(end: ProcessEnd | null): readonly Finding[] {
  const code = end === null ? null : CAUSES[end.cause];
  if (end === null || code === null) return [];
  const signal = end.signal === null ? '' : ` (${end.signal})`;
  return [{ code, detail: SENTENCES[end.cause] + signal, paths: [] }];
}

/** A worker that ended in order but not with 0 cannot pass, however good its work looks. */
export function exitCodeFindings(end: ProcessEnd | null): readonly Finding[] {
  if (end === null || end.cause !== 'exited' || end.exit_code === 0) return [];
  return [
    { code: 'WORKER_CRASHED', detail: `the worker exited with code ${String(end.exit_code)}`, paths: [] },
  ];
}

/** Tells whether the required commands are worth running after this ending. */
export function endedInOrder(end: ProcessEnd | null): boolean {
  return end?.cause === 'exited';
}
