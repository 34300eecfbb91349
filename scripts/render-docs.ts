/**
 * `tsx scripts/render-docs.ts [--check]`: writes the reference parts of `docs/` from the schemas and the code; with
 * `--check` it writes nothing, names the pages that differ, and exits 1 if any do. Part of `npm run verify`.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderPages } from './docs/render-pages.ts';
import { REPOSITORY } from './repository.mjs';

const pages = await renderPages(REPOSITORY);
const stale = pages.filter(({ actual, expected }) => actual !== expected);
if (process.argv.includes('--check')) {
  for (const { page } of stale)
    console.error(`${page} differs from its sources: run npm run verify -- --fix`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const { page, expected } of stale) await writeFile(join(REPOSITORY, page), expected);
}
