import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import picomatch from 'picomatch';
import { compilePattern, patternProblems } from '../../protocol/path-pattern.ts';
import { createPathMatcher, isNarrowerPattern } from '../../protocol/path-scope.ts';
import { escapeProblems, pathProblems } from '../../protocol/paths.ts';

const name = fc.constantFrom('a', 'b', 'ab', '.a', 'a.b', 'A');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const part = fc.constantFrom('a', 'b', '*', 'a*', '*b', '?', '**', '.a', '.*', '[ab]', '{a,b}');
const pattern = fc
  .array(part, { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'))
  .filter((text) => patternProblems(text, '').length === 0);

test('a pattern with wildcards matches as picomatch does, part by part', () => {
  fc.assert(
    fc.property(pattern, path, (text, candidate) => {
      // Where meanings differ on purpose: a bare name covers what is below, and dir/** does not cover dir.
      fc.pre(/[*?[]/.test(text) && !/\*\*(\/\*\*)*$/.test(text));
      const expected = picomatch(text, { dot: true, strictSlashes: true })(candidate);
      assert.equal(compilePattern(text).matches(candidate), expected, `${text} ${candidate}`);
    }),
    { numRuns: 5000 },
  );
});

test('forbidden beats allowed for every path and pattern', () => {
  fc.assert(
    fc.property(fc.array(pattern), fc.array(pattern), path, (allowed, forbidden, candidate) => {
      const { standing } = createPathMatcher(allowed, forbidden)(candidate);
      const isNamed = forbidden.some((text) => compilePattern(text).matches(candidate));
      if (isNamed) assert.equal(standing, 'forbidden');
      if (standing === 'allowed') assert.ok(allowed.some((text) => compilePattern(text).matches(candidate)));
    }),
    { numRuns: 2000 },
  );
});

test('a narrower pattern names no other path', () => {
  fc.assert(
    fc.property(pattern, pattern, path, (narrow, wide, candidate) => {
      fc.pre(isNarrowerPattern(narrow, wide));
      // A pattern without wildcards counts as the one file that it names.
      fc.pre(/[*?[{]/.test(narrow) || candidate === narrow);
      if (compilePattern(narrow).matches(candidate))
        assert.ok(compilePattern(wide).matches(candidate), `${narrow} ${wide} ${candidate}`);
    }),
    { numRuns: 5000 },
  );
});

test('an accepted path stays below the folder it is resolved in', () => {
  const hostile = fc
    .array(fc.constantFrom('..', '.', '', 'a', 'C:', '\\', '/', 'b'), { maxLength: 6 })
    .map((parts) => parts.join('/'));
  fc.assert(
    fc.property(hostile, (text) => {
      if (escapeProblems(text, '').length > 0) return;
      assert.ok(new URL(encodeURI(text), 'file:///top/base/').pathname.startsWith('/top/base/'), text);
    }),
    { numRuns: 3000 },
  );
});

test('any text is answered, and an accepted pattern compiles', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.string({ unit: 'binary' }),
      (text, candidate) => {
        pathProblems(text, '');
        if (patternProblems(text, '').length === 0) compilePattern(text).matches(candidate);
      },
    ),
    { numRuns: 5000 },
  );
});

test('accepted glob texts compile and match in bounded time', () => {
  const glob = fc.array(
    fc.constantFrom(
      '*',
      '**',
      '?',
      '[',
      ']',
      '[a',
      '!',
      '{',
      '}',
      ',',
      '/',
      'a',
      '(',
      ')',
      '+',
      '@',
      '|',
      '^',
      '$',
      '.',
      '-',
      'z',
    ),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(glob, (parts) => {
      const text = parts.join('');
      if (patternProblems(text, '').length === 0)
        compilePattern(text).matches(`${'a'.repeat(120)}/${'a'.repeat(120)}`);
    }),
    { numRuns: 5000 },
  );
});
