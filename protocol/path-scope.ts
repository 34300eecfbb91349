import { compilePattern, hasWildcard } from './path-pattern.ts';
import type { PathPattern } from './path-pattern.ts';

/** Where a path stands in a scope, and the pattern that decided it; null when none names it. */
export type ScopeAnswer =
  | { readonly standing: 'allowed' | 'forbidden'; readonly pattern: string }
  | { readonly standing: 'outside'; readonly pattern: null };

/**
 * Builds the answer to "may this path change?".
 *
 * Forbidden beats allowed. A forbidden pattern without a slash matches at any depth, every forbidden pattern also
 * covers all that lies below what it names, and it ignores case: on macOS and Windows `.ENV` is `.env`. Allowed
 * patterns start at the top of the repository and mind case. A leading dot is a character like any other.
 *
 * @param allowed and `forbidden`: patterns that `patternProblems` finds nothing wrong with
 */
export function createPathMatcher(
  allowed: readonly string[],
  forbidden: readonly string[],
): (path: string) => ScopeAnswer {
  const allow = allowed.map((source) => compilePattern(source));
  const forbid = forbidden.map(compileForbidden);
  return (path) => {
    const forbidding = forbid.find((pattern) => pattern.matches(path));
    if (forbidding !== undefined) return { standing: 'forbidden', pattern: forbidding.source };
    const allowing = allow.find((pattern) => pattern.matches(path));
    if (allowing !== undefined) return { standing: 'allowed', pattern: allowing.source };
    return { standing: 'outside', pattern: null };
  };
}

/**
 * Tells whether one pattern surely names no path that another does not; false when in doubt.
 *
 * A pattern without wildcards counts as the one file that it names.
 */
export function isNarrowerPattern(pattern: string, than: string): boolean {
  if (pattern === than || than === '**') return true;
  if (!hasWildcard(than)) return pattern.startsWith(`${than.replace(/\/$/, '')}/`);
  const folder = /^([^*?{[]+)\/\*\*$/.exec(than);
  if (folder !== null) return pattern.startsWith(`${folder[1]}/`);
  return !hasWildcard(pattern) && compilePattern(than).matches(pattern);
}

function compileForbidden(source: string): PathPattern {
  const name = source.replace(/\/(\*\*)?$/, '');
  const anchored = name.includes('/') || name !== source.replace(/\/$/, '') ? name : `**/${name}`;
  const forms = [anchored, `${anchored}/**`].map((form) => compilePattern(form, { ignoreCase: true }));
  return { source, matches: (path) => forms.some((form) => form.matches(path)) };
}
