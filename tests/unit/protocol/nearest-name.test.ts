import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestName } from '../../../protocol/nearest-name.ts';

const NAMES = ['allowed_paths', 'forbidden_paths', 'AC', 'gates'];

test('finds the name that was mistyped', () => {
  assert.equal(nearestName('alowed_paths', NAMES), 'allowed_paths');
  assert.equal(nearestName('Allowed_Path', NAMES), 'allowed_paths');
  assert.equal(nearestName('gate', NAMES), 'gates');
  assert.equal(nearestName('AD', NAMES), 'AC');
  assert.equal(nearestName('xab', ['ab']), 'ab');
  assert.equal(nearestName('abxc', ['abc']), 'abc');
  assert.equal(nearestName('ac', ['abc']), 'abc');
  assert.equal(nearestName('ab', ['abcd']), null);
  assert.equal(nearestName('b'.repeat(64), ['b'.repeat(64)]), 'b'.repeat(64));
});

test('prefers the nearer of two names', () => {
  assert.equal(nearestName('paths_b', ['paths_ccc', 'paths_a']), 'paths_a');
});

test('says nothing when no name is close, or the text is too long to compare', () => {
  assert.equal(nearestName('colour', NAMES), null);
  assert.equal(nearestName('', []), null);
  assert.equal(nearestName('a'.repeat(65), ['a'.repeat(65)]), null);
});
