import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { REPOSITORY } from '../../../scripts/repository.mjs';
import { readPage } from './read-page.ts';

describe('docs/adr', () => {
  const records = readdirSync(join(REPOSITORY, 'docs/adr')).toSorted();

  it('is numbered without gaps', () => {
    assert.deepEqual(
      records.map((name) => name.slice(0, 4)),
      records.map((_, index) => String(index + 1).padStart(4, '0')),
    );
  });

  it('tells of each decision its context, its consequences and how to roll it back', () => {
    for (const name of records) {
      const page = readPage(`docs/adr/${name}`);
      const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
      assert.deepEqual(headings, ['Context', 'Decision', 'Consequences', 'Rolling back'], name);
      assert.ok(page.startsWith(`# ${name.slice(0, 4)} `), name);
    }
  });
});
