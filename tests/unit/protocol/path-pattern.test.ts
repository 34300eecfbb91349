import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePattern, hasWildcard, patternProblems } from '../../../protocol/path-pattern.ts';

const codes = (pattern: string) => patternProblems(pattern, '').map(({ code }) => code);

function assertMatches(pattern: string, yes: readonly string[], no: readonly string[]): void {
  assert.deepEqual(codes(pattern), [], pattern);
  const { matches } = compilePattern(pattern);
  for (const path of yes) assert.equal(matches(path), true, `${pattern} should match ${path}`);
  for (const path of no) assert.equal(matches(path), false, `${pattern} should not match ${path}`);
}

test('* and ? stay inside one part and match leading dots', () => {
  assertMatches('*', ['a', '.env'], ['a/b', '.env/x']);
  assertMatches('src/*.ts', ['src/a.ts', 'src/.ts'], ['src/a/b.ts', 'src/a.tsx', 'xsrc/a.ts']);
  assertMatches('a/?', ['a/b', 'a/é'], ['a/bc', 'a/', 'a']);
});

test('a leading dot is never stripped', () => {
  assertMatches('.env', ['.env'], ['env', 'x/.env']);
  assertMatches('env', ['env'], ['.env']);
});

test('** stands for any number of parts', () => {
  assertMatches('**', ['a', 'a/b/.c'], []);
  assertMatches('**/*.ts', ['a.ts', 'b/c/a.ts'], ['a.tsx']);
  assertMatches('a/**/b', ['a/b', 'a/x/b', 'a/x/.y/b'], ['a', 'a/x', 'ab', 'a/b/c']);
});

test('dir/** and dir/ name what is below, not the folder itself', () => {
  for (const pattern of ['src/**', 'src/'])
    assertMatches(pattern, ['src/a', 'src/.a/b'], ['src', 'srcx/a', 'x/src/a']);
  assertMatches('src/*/', ['src/a/b'], ['src/a']);
});

test('a name without wildcards is that file, or that folder and everything below', () => {
  assertMatches('docs', ['docs', 'docs/a/b'], ['docsx', 'x/docs']);
  assertMatches('README.md', ['README.md'], ['READMEXmd']);
});

test('braces are alternatives', () => {
  assertMatches('x{a,b}/{c,d}.{ts,js}', ['xa/c.ts', 'xb/d.js'], ['x/c.ts', 'xa/d.md']);
  assertMatches('{src,test/unit}/**', ['src/a', 'test/unit/b'], ['test/a']);
  assertMatches('{1..3}', ['1..3'], ['2']);
});

test('classes match one character', () => {
  assertMatches('v[0-9]/x', ['v1/x'], ['va/x', 'v12/x']);
  for (const pattern of ['v[!0-9]', 'v[^0-9]']) assertMatches(pattern, ['va', 'v!', 'v^'], ['v1', 'v']);
});

test('every other character stands for itself', () => {
  assertMatches(
    'app/(group)/[id]/+page.svelte',
    ['app/(group)/[id]/+page.svelte', 'app/(group)/i/+page.svelte'],
    ['app/group/i/page.svelte'],
  );
  assertMatches('a|b', ['a|b'], ['a', 'b']);
  assertMatches('[ab]+', ['a+'], ['aa', 'a']);
  assertMatches('a^b$c', ['a^b$c'], ['a']);
  assertMatches('a[^b', ['a[^b'], ['a[b']);
  assertMatches('a[!b', ['a[!b'], ['a[^b']);
  assertMatches('a|b*', ['a|bc'], ['a', 'a\\|b*']);
});

test('composed and decomposed letters are the same', () => {
  assertMatches('\u00fc/*', ['u\u0308/x', '\u00fc/x'], ['u/x']);
  assertMatches('u\u0308', ['\u00fc'], []);
});

test('case matters unless asked otherwise', () => {
  assert.equal(compilePattern('Docs').matches('docs'), false);
  assert.equal(compilePattern('Docs', { ignoreCase: true }).matches('docs'), true);
});

test('refuses forms that would match otherwise than they look', () => {
  const patterns = [
    '!x',
    '@(a|b)',
    'a+(b)',
    '?(x)',
    '!(x)',
    '*(x)',
    '{a,{b,c}}',
    'a}',
    '{a',
    '**.ts',
    'a**b',
    '[z-a]',
    '[!]a]',
    '[[a]]',
    '[a+]',
  ];
  for (const pattern of patterns) assert.deepEqual(codes(pattern), ['GLOB_UNSUPPORTED'], pattern);
});

test('refuses patterns that would take long to match', () => {
  assert.deepEqual(codes('a*'.repeat(4)), ['GLOB_TOO_COMPLEX']);
  assert.deepEqual(codes('a*'.repeat(3)), []);
  assert.deepEqual(codes('**/'.repeat(64) + 'x'), ['GLOB_TOO_COMPLEX']);
  assert.deepEqual(codes('**/'.repeat(63) + 'x'), []);
  assert.deepEqual(codes('a'.repeat(256)), ['GLOB_TOO_COMPLEX']);
  assert.deepEqual(codes('a'.repeat(255)), []);
  assert.deepEqual(codes('{a,b}'.repeat(6)), ['GLOB_TOO_COMPLEX']);
  assert.deepEqual(codes('{a,b}'.repeat(200)), ['GLOB_TOO_COMPLEX']);
  assert.deepEqual(codes(`{${'a,'.repeat(32)}b}`), ['GLOB_TOO_COMPLEX']);
  assert.deepEqual(codes('{a,b}'.repeat(5)), []);
});

test('the rules of paths hold for every alternative, each told once', () => {
  assert.deepEqual(codes('{a,..}/x'), ['PATH_ESCAPES']);
  assert.deepEqual(codes('{a,/b}'), ['PATH_ABSOLUTE']);
  assert.deepEqual(codes('ab:{b,c}').length, 2);
  assert.deepEqual(codes('x{a,b}/**y'), ['GLOB_UNSUPPORTED']);
});

test('a hostile path is answered about at once', () => {
  assert.equal(compilePattern('**/a*a*a*b/**/**/c').matches(`${'a'.repeat(255)}/`.repeat(4)), false);
  assert.equal(compilePattern('**/'.repeat(60) + 'b').matches('a/'.repeat(2000)), false);
});

test('a wildcard is seen', () => {
  for (const pattern of ['*', 'a?', '{a,b}', '[ab]']) assert.equal(hasWildcard(pattern), true);
  assert.equal(hasWildcard('a/b.c'), false);
});

test('a pattern remembers how it was written', () => {
  assert.equal(compilePattern('docs/').source, 'docs/');
});
