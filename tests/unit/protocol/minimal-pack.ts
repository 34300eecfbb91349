import { normaliseStepPack } from '../../../protocol/step-pack/parse-step-pack.ts';
import type { StepPack } from '../../../protocol/generated/types.ts';
import type { Parsed, Problem } from '../../../protocol/problem.ts';

/** The least that a person must write. */
export const MINIMAL = {
  task_id: 'T-1',
  title: 'Write a greeting',
  allowed_paths: ['docs/**'],
  commands_to_run: ['test -f docs/hello.md'],
  acceptance_criteria: ['AC1: docs/hello.md exists.'],
} as const;

export const SHA256 = '0123456789ab'.padEnd(64, '0');

/** Normalises the minimal pack with some keys replaced, added, or (undefined) left out. */
export function normalise(changes: object = {}): Parsed<StepPack> {
  return normaliseStepPack(JSON.parse(JSON.stringify({ ...MINIMAL, ...changes })), SHA256);
}

/** The pack that comes out, which must have no problem. */
export function accepted(changes: object = {}): StepPack {
  const parsed = normalise(changes);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

/** `CODE pointer` of every problem. */
export function problemsOf(parsed: Parsed<unknown>): readonly string[] {
  return parsed.ok ? [] : parsed.problems.map(brief);
}

/** `CODE pointer` of every warning. */
export function warningsOf(parsed: Parsed<unknown>): readonly string[] {
  return parsed.warnings.map(brief);
}

export function brief({ code, pointer }: Problem): string {
  return `${code} ${pointer}`;
}
