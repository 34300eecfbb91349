import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPathMatcher, isNarrowerPattern } from '../../../protocol/path-scope.ts';

test('a path that no pattern names is outside', () => {
  assert.deepEqual(createPathMatcher(['src/**'], [])('README.md'), { standing: 'outside', pattern: null });
  assert.deepEqual(createPathMatcher([], [])('a'), { standing: 'outside', pattern: null });
});

test('the answer names the pattern that decided', () => {
  const standingOf = createPathMatcher(['docs', 'src/**'], ['src/secret/**']);
  assert.deepEqual(standingOf('src/a.ts'), { standing: 'allowed', pattern: 'src/**' });
  assert.deepEqual(standingOf('src/secret/key'), { standing: 'forbidden', pattern: 'src/secret/**' });
});

test('forbidden beats allowed', () => {
  assert.equal(createPathMatcher(['**'], ['**'])('a').standing, 'forbidden');
});

test('a forbidden name without a slash holds at any depth and for everything below', () => {
  const standingOf = createPathMatcher(['**'], ['package.json', 'requirements*.txt', 'secrets/']);
  for (const path of [
    'package.json',
    'a/b/package.json',
    'x/requirements-dev.txt',
    'secrets/a',
    'x/secrets/y/z',
    'package.json/x',
  ]) {
    assert.equal(standingOf(path).standing, 'forbidden', path);
  }
  for (const path of ['package.jsonx', 'xpackage.json', 'a/requirements.md'])
    assert.equal(standingOf(path).standing, 'allowed', path);
});

test('a forbidden pattern with a slash starts at the top', () => {
  const standingOf = createPathMatcher(['**'], ['dir/**', 'a/b', '**/gen/**']);
  for (const path of ['dir', 'dir/x', 'a/b', 'a/b/c', 'x/gen', 'x/gen/y'])
    assert.equal(standingOf(path).standing, 'forbidden', path);
  for (const path of ['x/dir/y', 'x/a/b']) assert.equal(standingOf(path).standing, 'allowed', path);
});

test('a forbidden pattern ignores case and an allowed one does not', () => {
  const standingOf = createPathMatcher(['Src/**', '.*'], ['.env']);
  assert.equal(standingOf('.ENV').standing, 'forbidden');
  assert.equal(standingOf('Src/a').standing, 'allowed');
  assert.equal(standingOf('src/a').standing, 'outside');
});

test('a leading dot is a character like any other', () => {
  const standingOf = createPathMatcher(['*'], ['.env']);
  assert.equal(standingOf('env').standing, 'allowed');
  assert.equal(standingOf('.env').standing, 'forbidden');
});

test('a pattern is narrower than itself, than everything and than a folder that holds it', () => {
  assert.equal(isNarrowerPattern('src/**', 'src/**'), true);
  assert.equal(isNarrowerPattern('a/*', '**'), true);
  assert.equal(isNarrowerPattern('src/a/*.ts', 'src/**'), true);
  assert.equal(isNarrowerPattern('docs/a', 'docs'), true);
  assert.equal(isNarrowerPattern('docs/**', 'docs/'), true);
  assert.equal(isNarrowerPattern('docs/a.md', 'docs/*.md'), true);
});

test('a pattern is not narrower when in doubt', () => {
  assert.equal(isNarrowerPattern('**', 'src/**'), false);
  assert.equal(isNarrowerPattern('src', 'src/**'), false);
  assert.equal(isNarrowerPattern('srcx/a', 'src/**'), false);
  assert.equal(isNarrowerPattern('docsx', 'docs'), false);
  assert.equal(isNarrowerPattern('docs/a*.md', 'docs/*.md'), false);
  assert.equal(isNarrowerPattern('docs/a.txt', 'docs/*.md'), false);
});
