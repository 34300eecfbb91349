import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isId } from '../../../protocol/ids.ts';

test('accepts what can name a folder everywhere', () => {
  for (const id of ['T-1', 'MVP-1_20260224T145454Z_ctrl', 'a', '0.b_c', 'console', 'a'.repeat(128)])
    assert.equal(isId(id), true, id);
});

test('refuses paths, device names, trailing dots and what is no text', () => {
  for (const id of [
    '',
    '.',
    '..',
    '.a',
    '-a',
    'a/b',
    'a\\b',
    'a b',
    'a:b',
    'é',
    'con',
    'NUL.txt',
    'lpt1',
    'a.',
    'a\n',
    'a'.repeat(129),
    3,
    null,
  ]) {
    assert.equal(isId(id), false, String(id));
  }
});
