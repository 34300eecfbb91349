import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, it } from 'node:test';
import { REPOSITORY } from '../../../scripts/repository.mjs';
import { listPages, readPage } from './read-page.ts';

describe('the links of the documentation', () => {
  for (const page of listPages()) {
    it(`lead somewhere in ${page}`, () => {
      const broken = linksOf(readPage(page)).filter((link) => !leadsSomewhere(page, link));
      assert.deepEqual(broken, []);
    });
  }
});

/** Relative links only: nothing here reaches for the network. */
function linksOf(text: string): readonly string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => String(link))
    .filter((link) => !/^[a-z]+:/.test(link));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#', 2);
  const target = path === '' ? page : normalize(join(dirname(page), path)).replaceAll('\\', '/');
  if (!existsSync(join(REPOSITORY, target))) return false;
  return anchor === undefined || anchorsOf(readPage(target)).has(anchor);
}

/** Anchors as GitHub makes them: lower case, punctuation dropped, spaces to dashes. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => String(heading));
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
