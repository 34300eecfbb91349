import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPointer, isLegalNext, nextPointers, parsePointer } from '../../../protocol/attempt-pointer.ts';

test('the first attempt is R0/S0 and nothing else', () => {
  assert.deepEqual(nextPointers(null), [{ r: 0, s: 0 }]);
  assert.equal(isLegalNext(null, { r: 0, s: 0 }), true);
  assert.equal(isLegalNext(null, { r: 0, s: 1 }), false);
  assert.equal(isLegalNext(null, { r: 1, s: 0 }), false);
});

test('an attempt is followed by a retry or by the first attempt of the next revision', () => {
  const latest = { r: 2, s: 3 };
  const legal = [0, 1, 2, 3, 4]
    .flatMap((r) => [0, 1, 2, 3, 4].map((s) => ({ r, s })))
    .filter((next) => isLegalNext(latest, next));
  assert.deepEqual(legal, [
    { r: 2, s: 4 },
    { r: 3, s: 0 },
  ]);
});

test('a pointer survives being written and read', () => {
  assert.equal(formatPointer({ r: 0, s: 1 }), 'R0/S1');
  assert.deepEqual(parsePointer('R12/S3'), { r: 12, s: 3 });
});

test('refuses what is not a pointer', () => {
  for (const text of ['', 'R0', 'R0/S', 'r0/s1', 'R00/S1', 'R-1/S0', ' R0/S0', 'R0/S0\n', 'R9999999999/S0']) {
    assert.equal(parsePointer(text), null, text);
  }
});
