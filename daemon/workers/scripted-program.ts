/**
 * The scripted worker: a program of its own, so that kills, limits and orphans are real.
 *
 * Usage: node scripted-program.js SCENARIO, under the worker contract. The scenario has been checked by who starts it.
 */
import { readFile } from 'node:fs/promises';
import type { Scenario } from '../../protocol/generated/types.ts';
import { performAction } from './scripted/perform-action.ts';

/** Does the actions that the scenario has for this attempt; resolves with the exit code. */
async function play(file: string, env: NodeJS.ProcessEnv): Promise<number> {
  const { attempts } = JSON.parse(await readFile(file, 'utf8')) as Scenario;
  const pointer = env['REEVE_ATTEMPT'] ?? '';
  const actions = attempts[pointer] ?? attempts['default'];
  if (actions === undefined) {
    process.stderr.write(
      `the scenario has no actions for ${pointer || 'an unnamed attempt'} and no default\n`,
    );
    return 1;
  }
  for (const [index, action] of actions.entries()) {
    try {
      await performAction(action, process);
    } catch (error) {
      process.stderr.write(`action ${index} (${action.type}) failed: ${(error as Error).message}\n`);
      return 1;
    }
  }
  return 0;
}

process.exitCode = await play(process.argv[2] ?? '', process.env);
