import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { EXIT } from '../../../cli/exit-codes.ts';
import { VERBS } from '../../../cli/verbs.ts';

describe('docs/cli.md', () => {
  it('has a row for every verb with the words of its help, and for every exit status', async () => {
    const page = await readFile(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    const documented = rows.map((row) =>
      row
        .split('|')
        .slice(1, 3)
        .map((cell) => cell.replaceAll('`', '').trim()),
    );
    assert.deepEqual(
      documented,
      VERBS.map(({ name, summary }) => [name, summary]),
    );
    for (const status of Object.values(EXIT))
      assert.match(page, new RegExp(`^\\| ${status} +\\|`, 'm'), String(status));
  });
});
