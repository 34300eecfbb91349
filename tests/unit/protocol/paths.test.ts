import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeProblems, pathProblems } from '../../../protocol/paths.ts';

const codes = (path: string) => pathProblems(path, '/p').map(({ code }) => code);

test('accepts relative POSIX paths', () => {
  for (const path of [
    'a',
    'src/main.ts',
    '.env',
    '.github/workflows/x.yml',
    'ünïcode/文',
    'a b/c',
    'docs/',
    '..a/b..c',
    'console.ts',
    'a/…/b',
  ]) {
    assert.deepEqual(codes(path), [], path);
  }
});

test('refuses absolute, drive and UNC paths', () => {
  for (const path of ['/etc/passwd', 'C:/x', 'c:x', '\\\\server\\share', '//server/share', '\\x']) {
    assert.deepEqual(codes(path), ['PATH_ABSOLUTE'], path);
  }
});

test('refuses paths that climb out, with either separator', () => {
  for (const path of ['..', '../x', 'a/../../b', 'a/..', 'a\\..\\..\\b'])
    assert.deepEqual(codes(path), ['PATH_ESCAPES'], path);
});

test('refuses empty paths, and empty and dot parts', () => {
  for (const path of ['', 'a//b', './a', 'a/./b', '.'])
    assert.deepEqual(codes(path), ['PATH_EMPTY'], JSON.stringify(path));
});

test('refuses characters that mean something else elsewhere or cannot be seen', () => {
  for (const path of [
    'a\\b',
    'ab:c',
    'a\0b',
    'a\nb',
    'a\u001bb',
    'a\u007fb',
    'a\u202Eb',
    'a\u2066b',
    'a\u200Fb',
    'a\uFEFFb',
    'a\u2028b',
    'a\u061Cb',
  ]) {
    assert.deepEqual(codes(path), ['PATH_CHARACTER'], JSON.stringify(path));
  }
});

test('refuses names that Windows keeps for devices or silently changes', () => {
  for (const path of [
    'con',
    'a/NUL',
    'aux.c',
    'x/com1.txt/y',
    'LPT9',
    'a.',
    'a /b',
    'a/b. ',
    'conin$',
    'com¹',
  ]) {
    assert.deepEqual(codes(path), ['PATH_RESERVED'], path);
  }
});

test('refuses a path of more than 1024 characters', () => {
  assert.deepEqual(codes('a'.repeat(1025)), ['PATH_TOO_LONG']);
  assert.deepEqual(codes('a'.repeat(1024)), []);
});

test('tells everything about a path that is wrong twice', () => {
  assert.deepEqual(codes('ab:c\\d\n/con/.').toSorted(), [
    'PATH_CHARACTER',
    'PATH_CHARACTER',
    'PATH_CHARACTER',
    'PATH_EMPTY',
    'PATH_RESERVED',
  ]);
});

test('a path that is merely odd does not escape', () => {
  assert.deepEqual(escapeProblems('ab:c/con/.', ''), []);
});

test('a problem carries the pointer it was asked for', () => {
  assert.equal(pathProblems('/x', '/scope/allowed_paths/3')[0]?.pointer, '/scope/allowed_paths/3');
});
