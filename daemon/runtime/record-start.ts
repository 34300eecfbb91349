import type { Config } from '../config/config.ts';
import { DAEMON, type ProjectRuntime } from './project-runtime.ts';
import { keepRules } from './rules-in-force.ts';

/**
 * Records in a project that work begins: by which version and process, under which rules, and what it found left over.
 *
 * @param version Reeve's own
 */
export async function recordStart(
  { ledger, openTasks }: ProjectRuntime,
  config: Config,
  version: string,
): Promise<void> {
  const states = [...openTasks()];
  const isInterrupted = (state: (typeof states)[number]): boolean =>
    [...state.steps.values()].some((step) => step.phase.type === 'started');
  const data = {
    reeve_version: version,
    pid: process.pid,
    open_tasks: states.length,
    interrupted_attempts: states.filter(isInterrupted).length,
    recovered_logs: ledger.recovered.length,
    policy: await keepRules(ledger.folder, config),
  };
  await ledger.appendProject(DAEMON, [{ type: 'daemon.started', data }]).durable;
}
