import assert from 'node:assert/strict';
import test from 'node:test';
import { compareErrorDocs } from '../../../scripts/compare-error-docs.ts';

test('agrees when headings and table rows name exactly the codes', () => {
  const page = '# Errors\n\n### `USAGE`\n\n| Code | Cause |\n| --- | --- |\n| **BUG** | ours |\n';
  assert.deepEqual(compareErrorDocs(page, ['USAGE', 'BUG']), []);
});

test('names a code that the page lacks', () => {
  assert.deepEqual(compareErrorDocs('# Errors\n', ['BUG']), [
    'docs/errors.md does not describe BUG of protocol/errors.ts',
  ]);
});

test('names a code that only the page has', () => {
  assert.deepEqual(compareErrorDocs('| `OLD` | gone |\n', []), [
    'docs/errors.md describes OLD, which protocol/errors.ts does not have',
  ]);
});

test('names a code described twice', () => {
  assert.deepEqual(compareErrorDocs('## BUG\n\n## BUG\n', ['BUG']), [
    'docs/errors.md describes BUG more than once',
  ]);
});

test('does not take a code mentioned in a sentence for a description', () => {
  assert.deepEqual(compareErrorDocs('See `BUG` below.\n', ['BUG']).length, 1);
});

test('leaves the reason codes of attempts, on the same page, alone', () => {
  const page = '## Errors\n\n| BUG | ours |\n\n## Reason codes\n\n| TIMEOUT | too slow |\n';
  assert.deepEqual(compareErrorDocs(page, ['BUG']), []);
});
