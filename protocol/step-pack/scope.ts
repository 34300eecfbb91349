import type { DependencyPolicy, DependencyPolicyDocument, StepScope } from '../generated/types.ts';
import { pointerTo } from '../json-pointer.ts';
import { patternProblems } from '../path-pattern.ts';
import type { PackSource, Sourced } from './pack-source.ts';
import { toProseList } from './prose.ts';

/** Reads which paths may change. Defaults: nothing is forbidden by name, and dependencies and CI may not change. */
export function readScope(source: PackSource): StepScope {
  const { document } = source;
  const allowed = readPatterns(source, 'allowed_paths');
  const forbidden = readPatterns(source, 'forbidden_paths');
  if (allowed.isSound && (allowed.value ?? []).length === 0) {
    const code = allowed.value === null ? 'MISSING' : 'OUT_OF_BOUNDS';
    const pointer = allowed.value === null ? '/allowed_paths' : allowed.pointer;
    source.report(code, pointer, 'At least one allowed path is needed.', 'As in ["docs/**", "README.md"].');
  }
  const policy = source.read(
    [
      { pointer: '/scope/dependency_policy', raw: document.scope?.dependency_policy },
      { pointer: '/dependency_policy', raw: document.dependency_policy },
    ],
    (raw, pointer) => toDependencyPolicy(source, raw, pointer),
  );
  return {
    allowed_paths: allowed.value ?? [],
    forbidden_paths: forbidden.value ?? [],
    dependency_policy: policy.value ?? toDependencyPolicy(source, {}, ''),
  };
}

function readPatterns(
  source: PackSource,
  name: 'allowed_paths' | 'forbidden_paths',
): Sourced<readonly string[]> {
  const { document } = source;
  const patterns = source.read(
    [
      { pointer: `/scope/${name}`, raw: document.scope?.[name] },
      { pointer: `/scope_guard/${name}`, raw: document.scope_guard?.[name] },
      { pointer: `/${name}`, raw: document[name] },
    ],
    (raw) => raw,
  );
  for (const [index, pattern] of (patterns.value ?? []).entries()) {
    source.reportAll(patternProblems(pattern, pointerTo(patterns.pointer, index)));
  }
  return patterns;
}

function toDependencyPolicy(
  source: PackSource,
  raw: DependencyPolicyDocument,
  pointer: string,
): DependencyPolicy {
  return {
    mode: raw.mode ?? 'no-new-dependencies',
    allow_new_dependencies: raw.allow_new_dependencies ?? false,
    allow_lockfile_changes: raw.allow_lockfile_changes ?? false,
    allow_dependency_manifest_changes: raw.allow_dependency_manifest_changes ?? false,
    allow_ci_changes: toCiChanges(source, raw, pointer),
    change_order_required: toProseList(raw.change_order_required),
  };
}

function toCiChanges(
  source: PackSource,
  raw: DependencyPolicyDocument,
  pointer: string,
): DependencyPolicy['allow_ci_changes'] {
  const { allow_ci_changes: given, allow_ci_workflow_changes_in_scope: givenInScope } = raw;
  const general = typeof given === 'boolean' ? (given ? 'any' : 'none') : given;
  const inScope = givenInScope === undefined ? undefined : givenInScope ? 'in_scope' : 'none';
  if (general !== undefined && inScope !== undefined && general !== inScope) {
    const at = pointerTo(pointer, 'allow_ci_workflow_changes_in_scope');
    const message = `It means "${inScope}", but allow_ci_changes says "${general}".`;
    source.report('ALIAS_CONFLICT', at, message, 'Keep one of them.');
  }
  return general ?? inScope ?? 'none';
}
