import type { FileChange, Finding, StepPack } from '../../../protocol/generated/types.ts';

type DependencyPolicy = StepPack['scope']['dependency_policy'];

const MANIFESTS =
  /(^|\/)(package\.json|pyproject\.toml|setup\.(py|cfg)|requirements[^/]*\.(txt|in)|Pipfile|Cargo\.toml|go\.(mod|work)|Gemfile|[^/]+\.gemspec|composer\.json|pom\.xml|build\.gradle(\.kts)?|deno\.jsonc?|[^/]+\.csproj|Package\.swift|mix\.exs|environment\.ya?ml)$/i;
const LOCK_FILES =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|poetry\.lock|uv\.lock|pdm\.lock|Pipfile\.lock|Cargo\.lock|go\.(work\.)?sum|Gemfile\.lock|composer\.lock|gradle\.lockfile|deno\.lock|packages\.lock\.json|Package\.resolved|mix\.lock)$/i;
const CI_FILES =
  /^(\.github\/(workflows|actions)\/.*|\.gitlab-ci\.ya?ml|\.circleci\/.*|azure-pipelines\.ya?ml|Jenkinsfile|\.travis\.yml|\.buildkite\/.*|bitbucket-pipelines\.yml|\.drone\.yml|appveyor\.yml)$/i;

/** Holds manifests, lock files and CI workflows among the changes against the pack's dependency policy. */
export function dependencyFindings(
  changes: readonly FileChange[],
  policy: DependencyPolicy,
): readonly Finding[] {
  const manifestsAllowed = policy.allow_dependency_manifest_changes || policy.allow_new_dependencies;
  return [
    ...violation(changes, MANIFESTS, manifestsAllowed, 'dependency manifests changed'),
    ...violation(changes, LOCK_FILES, policy.allow_lockfile_changes, 'lock files changed'),
    // `in_scope` needs nothing more here: what lies outside the allowed paths fails the scope review.
    ...violation(changes, CI_FILES, policy.allow_ci_changes !== 'none', 'CI workflows changed'),
  ];
}

function violation(
  changes: readonly FileChange[],
  kind: RegExp,
  isAllowed: boolean,
  what: string,
): readonly Finding[] {
  const paths = isAllowed ? [] : changes.map((change) => change.path).filter((path) => kind.test(path));
  if (paths.length === 0) return [];
  return [{ code: 'DEPENDENCY_POLICY_VIOLATION', detail: `${what}: ${paths.join(', ')}`, paths }];
}
