/** `npm start [-- ARGS]`: installs and builds what is missing, then is `reeve start --with-examples ARGS`. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './ensure-built.mjs';
import { ensureInstalled } from './ensure-installed.mjs';
import { REPOSITORY } from './repository.mjs';
import { runEntry } from './run-entry.mjs';

await runEntry(async () => {
  await ensureInstalled(REPOSITORY);
  await ensureBuilt(REPOSITORY);
  // The CLI takes over this very process: signals, the terminal and the exit code reach it with nothing between.
  const main = join(REPOSITORY, 'dist', 'cli', 'main.js');
  process.argv = [process.execPath, main, 'start', '--with-examples', ...process.argv.slice(2)];
  await import(pathToFileURL(main).href);
});
