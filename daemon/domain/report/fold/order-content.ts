import type { StepPack } from '../../../../protocol/generated/types.ts';
import { parseStepPack } from '../../../../protocol/step-pack/parse-step-pack.ts';
import { firstOf, type KeptList } from './kept-list.ts';
import { shortenText } from './shorten-text.ts';

/** What a pack orders and allows, bounded. */
export interface OrderContent {
  readonly objective: string;
  readonly description: string;
  readonly allowedPaths: KeptList<string>;
  readonly forbiddenPaths: KeptList<string>;
  readonly requiredCommands: KeptList<string>;
  /** What it allows around dependencies and CI; nothing unless said. In our words. */
  readonly alsoAllowed: readonly string[];
  readonly criteria: KeptList<{ readonly id: string; readonly text: string }>;
}

const MAX_ENTRIES = 30;
const MAX_TEXT = 300;
const MAX_PROSE = 1_500;

/** Reads a pack; null for anything that is none. */
export function readOrder(bytes: Uint8Array): OrderContent | null {
  const parsed = parseStepPack(bytes);
  if (!parsed.ok) return null;
  const { objective, step_description, scope, commands, acceptance } = parsed.value;
  return {
    objective: shortenText(objective, MAX_PROSE),
    description: shortenText(step_description, MAX_PROSE),
    allowedPaths: texts(scope.allowed_paths),
    forbiddenPaths: texts(scope.forbidden_paths),
    requiredCommands: texts(commands.required),
    alsoAllowed: alsoAllowed(scope.dependency_policy),
    criteria: firstOf(
      acceptance.criteria.map(({ id, text }) => ({ id, text: shortenText(text, MAX_TEXT) })),
      MAX_ENTRIES,
    ),
  };
}

function texts(list: readonly string[]): KeptList<string> {
  return firstOf(
    list.map((text) => shortenText(text, MAX_TEXT)),
    MAX_ENTRIES,
  );
}

function alsoAllowed(policy: StepPack['scope']['dependency_policy']): readonly string[] {
  return [
    ...(policy.allow_new_dependencies ? ['new dependencies'] : []),
    ...(policy.allow_dependency_manifest_changes ? ['changes to dependency manifests'] : []),
    ...(policy.allow_lockfile_changes ? ['changes to lock files'] : []),
    ...CI_WORDS[policy.allow_ci_changes],
  ];
}

const CI_WORDS = {
  none: [],
  in_scope: ['changes to CI files among the allowed paths'],
  any: ['changes to any CI file'],
} as const;
