import picomatch from 'picomatch';
import { pathProblems } from './paths.ts';
import { createProblem } from './problem-codes.ts';
import type { Problem } from './problem.ts';

/*
 * Patterns of paths. A pattern is a relative POSIX path whose parts may hold wildcards:
 *
 *   *  ?  [abc] [!a-z]   any run, one character, one of a class; never a "/" and leading dots are matched
 *   **                   as a whole part: any number of parts
 *   {a,b}                alternatives, not nested: as if each were written out
 *   docs                 without wildcards: that file, or that folder and everything below, as git reads a pathspec
 *   docs/**  docs/       everything below docs, not docs itself (which could become a link to elsewhere)
 *
 * Every other character stands for itself. Names are compared in Unicode NFC.
 */

/** A compiled pattern. */
export interface PathPattern {
  readonly source: string;
  matches(path: string): boolean;
}

/*
 * Threat: a pattern is turned into regular expressions, whose time grows with path length to the power of the
 * wildcards in one part. Parts are therefore matched one by one, and these bounds hold the worst case to milliseconds.
 */
const MAX_RUNS_PER_PART = 3;
const MAX_PARTS = 64;
const MAX_ALTERNATIVES = 32;
const MAX_PART_LENGTH = 255;

const EXTGLOB = /[@!+*?]\(/;
const BRACES = /\{([^{}]*)\}/;
const CLASS = /\[(?:[!^]?)([^\]]*)\]/g;

/** Checks a pattern from outside; the rules of paths hold for it as well. */
export function patternProblems(pattern: string, pointer: string): readonly Problem[] {
  const shape = shapeProblems(pattern, pointer);
  if (shape.length > 0) return shape;
  const alternatives = expandBraces(pattern);
  if (alternatives.length > MAX_ALTERNATIVES) {
    return [tooComplex(pointer, `more than ${MAX_ALTERNATIVES} alternatives`)];
  }
  const seen = new Set<string>();
  return alternatives
    .flatMap((alternative) => [
      ...pathProblems(alternative, pointer),
      ...complexityProblems(alternative, pointer),
    ])
    .filter(({ message }) => !seen.has(message) && seen.add(message));
}

/**
 * Compiles a pattern that {@link patternProblems} finds nothing wrong with.
 *
 * @param ignoreCase default false
 */
export function compilePattern(
  pattern: string,
  { ignoreCase = false }: { readonly ignoreCase?: boolean } = {},
): PathPattern {
  const alternatives = expandBraces(pattern.normalize('NFC')).map((alternative) =>
    compileParts(alternative, ignoreCase),
  );
  return {
    source: pattern,
    matches(path) {
      const parts = path.normalize('NFC').split('/');
      return alternatives.some((matchers) => matchParts(matchers, parts));
    },
  };
}

/** Tells whether a pattern holds a wildcard or alternatives. */
export function hasWildcard(pattern: string): boolean {
  return /[*?{[]/.test(pattern);
}

function shapeProblems(pattern: string, pointer: string): readonly Problem[] {
  const shown = JSON.stringify(pattern);
  if (pattern.startsWith('!')) {
    const hint = 'Use forbidden_paths for exceptions.';
    return [createProblem('GLOB_UNSUPPORTED', pointer, `The pattern ${shown} is a negation.`, hint)];
  }
  if (EXTGLOB.test(pattern)) {
    const hint = 'Write several patterns instead.';
    return [createProblem('GLOB_UNSUPPORTED', pointer, `The pattern ${shown} uses an extended glob.`, hint)];
  }
  if (/[{}]/.test(pattern.replaceAll(new RegExp(BRACES, 'g'), ''))) {
    const hint = 'Write several patterns instead.';
    return [
      createProblem('GLOB_UNSUPPORTED', pointer, `The pattern ${shown} has nested or open braces.`, hint),
    ];
  }
  return [];
}

function complexityProblems(pattern: string, pointer: string): readonly Problem[] {
  const parts = pattern.split('/');
  if (parts.length > MAX_PARTS) return [tooComplex(pointer, `more than ${MAX_PARTS} parts`)];
  return parts.flatMap((part) => partProblems(part, pointer));
}

function partProblems(part: string, pointer: string): readonly Problem[] {
  if (part === '**') return [];
  const shown = JSON.stringify(part);
  if (part.includes('**')) {
    const hint = '"**" stands alone between slashes, as in src/**/*.ts.';
    return [
      createProblem('GLOB_UNSUPPORTED', pointer, `The part ${shown} mixes "**" with other text.`, hint),
    ];
  }
  if (part.length > MAX_PART_LENGTH)
    return [tooComplex(pointer, `a part of over ${MAX_PART_LENGTH} characters`)];
  if (part.split('*').length - 1 > MAX_RUNS_PER_PART) {
    return [tooComplex(pointer, `more than ${MAX_RUNS_PER_PART} times "*" in one part`)];
  }
  const badClass = [...part.matchAll(CLASS)].find(([, members]) => !isPlainClass(String(members)));
  if (badClass !== undefined) {
    const message = `The class ${JSON.stringify(badClass[0])} is not accepted.`;
    return [
      createProblem('GLOB_UNSUPPORTED', pointer, message, 'Letters, digits and ranges as in [a-z0-9_.].'),
    ];
  }
  return [];
}

/** Threat: a range the wrong way round compiles to an expression that never matches, so a forbidden path would pass. */
function isPlainClass(members: string): boolean {
  if (!/^[\p{L}\p{N}_. -]+$/u.test(members)) return false;
  return [...members.matchAll(/(.)-(.)/gu)].every(([, from, to]) => String(from) <= String(to));
}

function tooComplex(pointer: string, what: string): Problem {
  return createProblem(
    'GLOB_TOO_COMPLEX',
    pointer,
    `The pattern has ${what}.`,
    'Write several simpler patterns.',
  );
}

function expandBraces(pattern: string): readonly string[] {
  let expanded = [pattern];
  for (let isOpen = true; isOpen && expanded.length <= MAX_ALTERNATIVES;) {
    const next = expanded.flatMap((text) => {
      const match = BRACES.exec(text);
      if (match === null) return [text];
      const [braces, list] = [match[0], String(match[1])];
      return list.split(',').map((choice) => text.replace(braces, () => choice));
    });
    isOpen = next.some((text) => BRACES.test(text));
    expanded = next;
  }
  return expanded;
}

type PartMatcher = '**' | ((part: string) => boolean);

function compileParts(pattern: string, ignoreCase: boolean): readonly PartMatcher[] {
  const parts = pattern.replace(/\/$/, '/**').split('/');
  const matchers = parts.map((part) => (part === '**' ? part : compilePart(part, ignoreCase)));
  if (parts.at(-1) === '**') return [...matchers.slice(0, -1), matchAnything, '**'];
  return hasWildcard(pattern) ? matchers : [...matchers, '**'];
}

const matchAnything = () => true;

function compilePart(part: string, ignoreCase: boolean): (part: string) => boolean {
  // Threat: picomatch hands ( ) | $ and + to the regular expression as they are, and does not negate [!a].
  const negated = part.replaceAll(/\[!(?=[^\]]+\])/g, '[^');
  const escaped = negated.replaceAll(/(?<!\[)\^|[^\p{L}\p{N}\p{M}_*?[\].^-]/gu, '\\$&');
  // Not picomatch(): that also accepts a name equal to the escaped text.
  const expression = picomatch.makeRe(escaped, { dot: true, nocase: ignoreCase });
  return (name) => expression.test(name);
}

/** Whether parts of a path match, where `**` stands for any number of them: each pair is looked at once. */
function matchParts(matchers: readonly PartMatcher[], parts: readonly string[]): boolean {
  let reached = new Array<boolean>(parts.length + 1).fill(false);
  reached[0] = true;
  for (const matcher of matchers) {
    const next: boolean[] = [];
    for (let i = 0; i <= parts.length; i++) {
      if (matcher === '**') next[i] = Boolean(reached[i]) || Boolean(next[i - 1]);
      else next[i] = i > 0 && Boolean(reached[i - 1]) && matcher(String(parts[i - 1]));
    }
    reached = next;
  }
  return Boolean(reached[parts.length]);
}
