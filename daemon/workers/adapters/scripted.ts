import { fileURLToPath } from 'node:url';
import type { WorkerProfile } from '../../ports/worker.ts';
import { readScenario } from '../scripted/read-scenario.ts';

/**
 * A worker that plays a written scenario, as a process of its own.
 * @throws ReeveError SCENARIO_INVALID
 */
export async function toScriptedArgv(
  profile: Extract<WorkerProfile, { readonly kind: 'scripted' }>,
): Promise<readonly string[]> {
  await readScenario(profile.scenario);
  return [process.execPath, ...loaderOptions(), PROGRAM, profile.scenario];
}

const IS_SOURCE = import.meta.url.endsWith('.ts');
const PROGRAM = fileURLToPath(new URL(`../scripted-program.${IS_SOURCE ? 'ts' : 'js'}`, import.meta.url));

/** Run from source, the program needs the loader that runs us; by its full address, for the worktree has none. */
function loaderOptions(): readonly string[] {
  return IS_SOURCE ? ['--import', import.meta.resolve('tsx')] : [];
}
