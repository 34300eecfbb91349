import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAtOrBelow, pointerTo } from '../../../protocol/json-pointer.ts';
import { withoutPointers } from '../../../protocol/without-pointers.ts';

test('escapes tilde and slash as RFC 6901 says', () => {
  assert.equal(pointerTo(''), '');
  assert.equal(pointerTo('', 'a/b', 0, 'm~n', ''), '/a~1b/0/m~0n/');
  assert.equal(pointerTo('/x', 3), '/x/3');
});

test('a place is at or below itself and what holds it, not below a longer name', () => {
  assert.equal(isAtOrBelow('/a', '/a'), true);
  assert.equal(isAtOrBelow('/a/b/0', '/a'), true);
  assert.equal(isAtOrBelow('/ab', '/a'), false);
});

test('leaves out exactly the members that are named', () => {
  const value = { a: 1, list: [{ b: 2, c: null }, 'x'], 'd/e': 3 };
  assert.deepEqual(withoutPointers(value, new Set(['/list/0/b', '/d~1e', '/nowhere'])), {
    a: 1,
    list: [{ c: null }, 'x'],
  });
  assert.equal(withoutPointers(value, new Set()), value);
});
