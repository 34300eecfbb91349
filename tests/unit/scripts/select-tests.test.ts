import assert from 'node:assert/strict';
import test from 'node:test';
import { selectTests } from '../../../scripts/select-tests.mjs';

const files = ['tests/unit/a.test.ts', 'tests/e2e/b.test.ts', 'tests/fixtures/c.ts', 'tests/README.md'];

test('selects every test file when nothing is asked for', () => {
  assert.deepEqual(selectTests(files, []), ['tests/unit/a.test.ts', 'tests/e2e/b.test.ts']);
});

test('selects by any part of a path', () => {
  assert.deepEqual(selectTests(files, ['e2e', 'nowhere']), ['tests/e2e/b.test.ts']);
});

test('takes a path as a shell completes it', () => {
  assert.deepEqual(selectTests(files, ['./tests/unit/']), ['tests/unit/a.test.ts']);
  assert.deepEqual(selectTests(files, ['tests\\unit\\a']), ['tests/unit/a.test.ts']);
});

test('selects nothing when no path matches', () => {
  assert.deepEqual(selectTests(files, ['nowhere']), []);
});
