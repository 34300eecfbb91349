import { readFile, stat } from 'node:fs/promises';
import { ReeveError } from '../../../protocol/errors.ts';
import type { Scenario } from '../../../protocol/generated/types.ts';
import { validateScenario } from '../../../protocol/generated/validators.js';

const LARGEST_BYTES = 16 * 1024 * 1024;
const MOST_PROBLEMS_TOLD = 10;

/**
 * Reads and checks a scenario file: see `schemas/scenario.schema.json`.
 * @throws ReeveError SCENARIO_INVALID with up to ten problems by their JSON pointers
 */
export async function readScenario(file: string): Promise<Scenario> {
  const scenario = await parseFile(file);
  if (validateScenario(scenario)) {
    return scenario;
  }
  const problems = (validateScenario.errors ?? []).map(
    ({ instancePath, message = 'is not allowed', params }) =>
      `${instancePath || '(top)'} ${message}${toDetail(params)}`,
  );
  throw toError(file, [...new Set(problems)].slice(0, MOST_PROBLEMS_TOLD).join('\n'));
}

async function parseFile(file: string): Promise<unknown> {
  try {
    const { size } = await stat(file);
    if (size > LARGEST_BYTES) {
      throw new Error(`it has ${size} bytes, more than ${LARGEST_BYTES}`);
    }
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw toError(file, (cause as Error).message, cause);
  }
}

/** Names the offending key or tag, which the validator keeps out of its message. */
function toDetail(params: Record<string, unknown>): string {
  const name = params['additionalProperty'] ?? params['propertyName'] ?? params['tagValue'];
  return typeof name === 'string' ? `: ${JSON.stringify(name)}` : '';
}

function toError(file: string, problems: string, cause?: unknown): ReeveError {
  return new ReeveError('SCENARIO_INVALID', `the scenario ${file} is not valid:\n${problems}`, {
    hint: 'The format is described in schemas/scenario.schema.json.',
    cause,
  });
}
