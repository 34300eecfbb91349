import { copyFile, mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../daemon/config/config.ts';
import { findPackageFile } from '../package-file.ts';
import { openQueries } from '../services.ts';

/** Drops the bundled example packs into the inbox, the first time only: as long as the ledger holds nothing at all. */
export async function dropExamples(config: Config): Promise<readonly string[]> {
  if ((await (await openQueries(config)).listProjects()).length > 0) return [];
  const folder = await findPackageFile('examples/packs');
  const inbox = join(config.paths.workflow, config.project, 'inbox');
  await mkdir(inbox, { recursive: true });
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
  for (const name of names) {
    // Renamed into place, so that the inbox never sees half a file.
    await copyFile(join(folder, name), join(inbox, `.${name}.tmp`));
    await rename(join(inbox, `.${name}.tmp`), join(inbox, name));
  }
  return names;
}
