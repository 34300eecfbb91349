import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ERROR_CODES } from '../../../protocol/errors.ts';
import { REASON_CODES } from '../../../protocol/reason-codes.ts';
import { compareErrorDocs } from '../../../scripts/compare-error-docs.ts';
import { readPage, rowsOf, sectionOf } from './read-page.ts';

describe('docs/errors.md', () => {
  const page = readPage('docs/errors.md');

  it('describes exactly the error codes, each with a cause and a remedy', () => {
    assert.deepEqual(compareErrorDocs(page, ERROR_CODES), []);
    const errors = page.slice(0, page.indexOf('## Reasons why'));
    for (const row of rowsOf(errors))
      assert.ok(row.length === 3 && row.every((cell) => cell !== ''), String(row));
  });

  it('says what to do about every reason code', () => {
    const rows = rowsOf(sectionOf(page, 'Reason codes of attempts'));
    assert.deepEqual(
      rows.map(([code]) => code),
      Object.keys(REASON_CODES),
    );
  });
});
