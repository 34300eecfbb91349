import { ReeveError } from '../../protocol/errors.ts';
import type { Problem } from '../../protocol/problem.ts';

/** One thing wrong with the configuration, and the place to mend it. */
export interface ConfigProblem extends Problem {
  /** `/path/reeve.yaml:3:5` (line and column from 1), an environment variable, or a flag. */
  readonly at: string;
}

/** The CONFIG_INVALID error that carries every problem; its message tells them all, one per line. */
export function toConfigError(problems: readonly ConfigProblem[]): ReeveError {
  const lines = problems.map((problem) => `${problem.at}: ${problem.message}`);
  const hint = problems.find((problem) => problem.hint !== undefined)?.hint;
  return new ReeveError('CONFIG_INVALID', lines.join('\n'), {
    hint:
      problems.length === 1 && hint !== undefined ? hint : 'Settings are described in docs/configuration.md.',
    details: { problems },
  });
}
