import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { REPOSITORY } from '../../../scripts/repository.mjs';
import { blocksOf, readPage, sectionOf } from './read-page.ts';

/** What installing, building and measuring make. */
const MADE: readonly string[] = ['node_modules', 'dist', 'coverage'];

describe('docs/architecture.md', () => {
  const page = readPage('docs/architecture.md');
  const house = blocksOf(sectionOf(page, 'The house'))[0]?.text ?? '';
  const namedAt = (indent: string) =>
    [...house.matchAll(new RegExp(`^${indent}([\\w.]+)/?(?=\\s)`, 'gm'))].map(([, name]) => String(name));

  it('shows every folder of the repository and no other', () => {
    const present = readdirSync(REPOSITORY, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .filter((name) => !MADE.includes(name));
    assert.deepEqual(namedAt('').toSorted(), present.toSorted());
  });

  it('shows everything in daemon/ and nothing else', () => {
    assert.deepEqual(namedAt(' {2}').toSorted(), readdirSync(join(REPOSITORY, 'daemon')).toSorted());
  });

  it('names only adapters that are there in the direction of imports', () => {
    const arrows = blocksOf(sectionOf(page, 'Who may import whom'))[0]?.text ?? '';
    const named = arrows.match(/\w+/g) ?? [];
    const folders = [...readdirSync(REPOSITORY), ...readdirSync(join(REPOSITORY, 'daemon'))];
    assert.deepEqual(
      named.filter((name) => !folders.includes(name)),
      [],
    );
  });
});
