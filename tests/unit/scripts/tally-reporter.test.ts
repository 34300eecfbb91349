import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import test from 'node:test';
import type { TestEvent } from 'node:test/reporters';
import tally from '../../../scripts/tally-reporter.mjs';

async function tallyOf(...events: readonly object[]): Promise<unknown> {
  let text = '';
  for await (const chunk of tally(Readable.from(events) as AsyncIterable<TestEvent>)) text += chunk;
  return JSON.parse(text);
}

function ended(type: 'test:pass' | 'test:fail', data: object) {
  return { type, data: { file: resolve('tests/a.test.ts'), details: {}, ...data } };
}

test('counts passed, failed and skipped tests', async () => {
  assert.deepEqual(
    await tallyOf(
      ended('test:pass', { name: 'one' }),
      ended('test:fail', { name: 'two' }),
      ended('test:pass', { name: 'three', skip: 'no git' }),
    ),
    { passed: 1, failed: 1, skipped: 1, emptyFiles: [] },
  );
});

test('names a file that passed as a test of itself because it declares none', async () => {
  assert.deepEqual(await tallyOf(ended('test:pass', { name: 'tests/a.test.ts' })), {
    passed: 0,
    failed: 0,
    skipped: 0,
    emptyFiles: ['tests/a.test.ts'],
  });
});

test('counts the tests of a suite, not the suite', async () => {
  assert.deepEqual(
    await tallyOf(
      ended('test:pass', { name: 'inner' }),
      ended('test:pass', { name: 'suite', details: { type: 'suite' } }),
    ),
    { passed: 1, failed: 0, skipped: 0, emptyFiles: [] },
  );
});
