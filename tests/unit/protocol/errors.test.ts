import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReeveError } from '../../../protocol/errors.ts';

test('an error carries its code, hint, details and cause', () => {
  const cause = new Error('below');
  const error = new ReeveError('IO_FAILED', 'it failed', { hint: 'try', cause, details: { path: 'x' } });
  assert.deepEqual(
    [error.name, error.code, error.message, error.hint, error.cause],
    ['ReeveError', 'IO_FAILED', 'it failed', 'try', cause],
  );
  assert.deepEqual(error.details, { path: 'x' });
  assert.ok(error instanceof Error);
});

test('an error without a cause has none', () => {
  const error = new ReeveError('BUG', 'x');
  assert.equal('cause' in error, false);
  assert.deepEqual([error.hint, error.details], [undefined, undefined]);
});
