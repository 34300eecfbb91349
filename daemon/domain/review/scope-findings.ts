import { createPathMatcher } from '../../../protocol/path-scope.ts';
import type { Finding, StepPack } from '../../../protocol/generated/types.ts';
import type { ReviewEvidence } from './evidence.ts';

/** Holds every measured change against the pack's paths; forbidden beats allowed, links and submodules count. */
export function scopeFindings(scope: StepPack['scope'], evidence: ReviewEvidence): readonly Finding[] {
  const standingOf = createPathMatcher(scope.allowed_paths, scope.forbidden_paths);
  const paths = evidence.changes.map((change) => change.path);
  const escaping = evidence.symlinks.filter((link) => !isInScope(standingOf, link));
  return [
    finding('FORBIDDEN_PATH', 'the repository’s own machinery changed', evidence.controlChanges),
    finding(
      'FORBIDDEN_PATH',
      'forbidden paths changed',
      paths.filter((path) => standingOf(path).standing === 'forbidden'),
    ),
    finding(
      'SCOPE_VIOLATION',
      'paths outside the allowed ones changed',
      paths.filter((path) => standingOf(path).standing === 'outside'),
    ),
    finding(
      'SCOPE_VIOLATION',
      'symbolic links lead out of the allowed paths',
      escaping.map((link) => `${link.path} -> ${link.target}`),
    ),
    finding('SCOPE_VIOLATION', 'submodules changed', evidence.submodules),
    finding('SCOPE_VIOLATION', 'not everything could be measured', evidence.unmeasured),
  ].flat();
}

function finding(code: Finding['code'], what: string, paths: readonly string[]): readonly Finding[] {
  return paths.length === 0 ? [] : [{ code, detail: `${what}: ${paths.join(', ')}`, paths }];
}

type PathMatcher = ReturnType<typeof createPathMatcher>;

/** Threat: a link inside the scope that points at a forbidden file lets a later write reach it unseen. */
function isInScope(
  standingOf: PathMatcher,
  link: { readonly path: string; readonly target: string },
): boolean {
  const target = resolveLink(link.path, link.target);
  return target !== null && standingOf(target).standing === 'allowed';
}

/** The link's target relative to the worktree, or null when it leaves it. */
function resolveLink(path: string, target: string): string | null {
  if (/^([\\/]|[A-Za-z]:)/.test(target)) return null;
  const parts = path.split('/').slice(0, -1);
  for (const part of target.split(/[\\/]/)) {
    if (part === '..') {
      if (parts.pop() === undefined) return null;
    } else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.length === 0 ? null : parts.join('/');
}
