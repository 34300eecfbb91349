/** `npm run build`: compiles the sources to dist/ when they differ from what it was built from. */
import { ensureBuilt } from './ensure-built.mjs';
import { ensureInstalled } from './ensure-installed.mjs';
import { REPOSITORY } from './repository.mjs';
import { runEntry } from './run-entry.mjs';

await runEntry(async () => {
  await ensureInstalled(REPOSITORY);
  if (!(await ensureBuilt(REPOSITORY))) console.error('reeve: dist/ is up to date');
});
