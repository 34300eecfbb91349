import assert from 'node:assert/strict';
import test from 'node:test';
import { listMissing, type Lock } from '../../../scripts/ensure-installed.mjs';

const locked = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/only-elsewhere': { version: '2.0.0', integrity: 'sha512-e', optional: true },
  },
};

function present(a: { readonly version: string; readonly integrity: string } | undefined): Lock {
  return { packages: a === undefined ? {} : { 'node_modules/a': a } };
}

test('calls packages installed when npm recorded the same versions and digests', () => {
  assert.deepEqual(listMissing(locked, present({ version: '1.0.0', integrity: 'sha512-a' })), []);
});

test('misses a package that npm did not record', () => {
  assert.deepEqual(listMissing(locked, present(undefined)), ['node_modules/a']);
});

test('misses a package of another version', () => {
  assert.deepEqual(listMissing(locked, present({ version: '1.0.1', integrity: 'sha512-a' })), [
    'node_modules/a',
  ]);
});

test('misses a package whose bytes differ under the same version', () => {
  assert.deepEqual(listMissing(locked, present({ version: '1.0.0', integrity: 'sha512-b' })), [
    'node_modules/a',
  ]);
});
