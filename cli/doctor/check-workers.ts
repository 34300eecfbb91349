import { readFile } from 'node:fs/promises';
import type { Config } from '../../daemon/config/config.ts';
import type { WorkerProfile } from '../../daemon/ports/worker.ts';
import { buildEnvironment } from '../../daemon/workers/build-environment.ts';
import { resolveExecutable } from '../../daemon/workers/resolve-executable.ts';
import type { Host } from '../host.ts';
import type { DoctorFinding } from './finding.ts';
import { fail, ok, warn } from './finding.ts';

/** Checks that each configured worker could be started, and the programs that required commands are mapped to. */
export async function checkWorkers(config: Config, host: Host): Promise<readonly DoctorFinding[]> {
  if (config.workers.size === 0) {
    return [warn('workers', 'none is configured', 'Name one in reeve.yaml; reeve init writes an example.')];
  }
  const workers = [...config.workers.values()];
  const findings = await Promise.all(workers.map((worker) => checkWorker(worker, config, host)));
  const { defaultWorker } = config;
  if (defaultWorker !== null) return [...findings, ok('default worker', defaultWorker)];
  const fix = 'Set default_worker, or name the worker with each pack.';
  return [...findings, warn('default worker', 'several workers and none is the default', fix)];
}

async function checkWorker(worker: WorkerProfile, config: Config, host: Host): Promise<DoctorFinding> {
  const check = `worker ${worker.name}`;
  const missing = worker.env.filter((name) => host.env[name] === undefined);
  if (worker.kind === 'scripted') return checkScenario(check, worker.scenario);
  const [program = ''] = worker.command;
  const environment = buildEnvironment(host.env, { allow: [], set: {} });
  const found = await resolveExecutable(program, environment, config.repository);
  if (found === null) {
    return fail(
      check,
      `${program} is not on PATH`,
      `Install ${program}, or give its full path in reeve.yaml.`,
    );
  }
  if (missing.length === 0) return ok(check, found.realPath);
  const evidence = `${found.realPath}, but ${missing.join(', ')} is not set`;
  return warn(check, evidence, 'Set it in the environment the daemon is started from.');
}

async function checkScenario(check: string, file: string): Promise<DoctorFinding> {
  const fix = 'Correct its path in reeve.yaml; it is relative to that file.';
  try {
    JSON.parse(await readFile(file, 'utf8'));
    return ok(check, file);
  } catch (error) {
    return fail(check, `${file}: ${error instanceof Error ? error.message : String(error)}`, fix);
  }
}
