import type { WorkerProfile } from '../../ports/worker.ts';

/** A worker that is any program: it runs as configured, under the worker contract. */
export function toCommandArgv(
  profile: Extract<WorkerProfile, { readonly kind: 'command' }>,
): readonly string[] {
  return profile.command;
}
