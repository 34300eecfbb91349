import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../daemon/config/config.ts';
import { plural } from '../render/format.ts';
import { findRunningDaemon } from '../running-daemon.ts';
import { openQueries } from '../services.ts';
import type { DoctorFinding } from './finding.ts';
import { fail, ok, warn } from './finding.ts';

/** Checks who serves this data root, and that its ledger can be read. */
export async function checkLedger(config: Config): Promise<readonly DoctorFinding[]> {
  return [await checkDaemon(config), await checkProjects(config)];
}

async function checkDaemon(config: Config): Promise<DoctorFinding> {
  const daemon = await findRunningDaemon(config);
  if (daemon !== null)
    return ok('daemon', `runs as pid ${daemon.pid} at ${daemon.url}, version ${daemon.version}`);
  const left = await readFile(join(config.paths.state, 'daemon.json'), 'utf8').catch(() => null);
  if (left === null) return ok('daemon', 'not running');
  const fix = 'Nothing to do: the next reeve start recovers. Tell it from a hung daemon with: reeve status.';
  return warn('daemon', 'its state file is there, but it does not answer', fix);
}

async function checkProjects(config: Config): Promise<DoctorFinding> {
  try {
    const projects = await (await openQueries(config)).listProjects();
    const tasks = projects.reduce((sum, project) => sum + project.tasks, 0);
    return ok('ledger', `${plural(projects.length, 'project')}, ${plural(tasks, 'task')}`);
  } catch (error) {
    const evidence = error instanceof Error ? error.message : String(error);
    return fail('ledger', evidence, 'See what is wrong with: reeve verify');
  }
}
