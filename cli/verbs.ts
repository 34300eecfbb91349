import { EVIDENCE_VERBS } from './verbs/evidence-verbs.ts';
import { UPKEEP_VERBS } from './verbs/upkeep-verbs.ts';
import type { VerbSpec } from './verbs/verb-spec.ts';
import { WORK_VERBS } from './verbs/work-verbs.ts';

/** Every verb, in the order of the help. */
export const VERBS: readonly VerbSpec[] = [...WORK_VERBS, ...EVIDENCE_VERBS, ...UPKEEP_VERBS];

/** Options that every verb takes. */
export const GLOBAL_OPTIONS: readonly (readonly [flags: string, text: string])[] = [
  ['--json', 'answer with one JSON envelope on stdout'],
  ['--config <file>', 'configuration file (default: reeve.yaml, found upwards; REEVE_CONFIG)'],
  ['--project <id>', 'project (default: the one of the configuration; REEVE_PROJECT)'],
  ['--repo <dir>', 'a folder of the repository to work in (default: the current one)'],
  ['--no-color', 'no colours (NO_COLOR works as well)'],
  ['-q, --quiet', 'no diagnostics'],
  ['-v, --verbose', 'more diagnostics, and the stack of an error'],
];
