import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { REPOSITORY } from '../../../scripts/repository.mjs';
import { readPage, rowsOf } from './read-page.ts';

const rows = rowsOf(readPage('docs/faults.md'));

test('docs/faults.md lists the forty inputs and faults by number', () => {
  const numbers = rows.map(([number]) => Number(number));
  assert.deepEqual(
    numbers,
    Array.from({ length: 40 }, (_, index) => index + 1),
  );
});

for (const [number = '', fault = '', , proofs = ''] of rows) {
  test(`a test names the number ${number} in each file that docs/faults.md gives: ${fault}`, () => {
    const files = [...proofs.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, file = '']) => join(REPOSITORY, file));
    assert.ok(files.length > 0);
    for (const file of files) {
      assert.ok(existsSync(file), file);
      assert.ok(listNumbers(readFileSync(file, 'utf8')).has(Number(number)), file);
    }
  });
}

/** Numbers that tests give themselves: one, `fault` and the number before a colon, or a range of them. */
function listNumbers(source: string): ReadonlySet<number> {
  const ranges = [...source.matchAll(/['"`]faults? (\d+)(?:[–-](\d+))?:/g)];
  return new Set(
    ranges.flatMap(([, from = '', to = from]) =>
      Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => Number(from) + index),
    ),
  );
}
