import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ReeveError } from '../protocol/errors.ts';

/**
 * The absolute path of a file that Reeve's package ships, from the source tree as well as from `dist/`.
 *
 * @throws ReeveError NOT_FOUND when the installation is incomplete
 */
export async function findPackageFile(path: string): Promise<string> {
  for (const root of ['../', '../../']) {
    const file = fileURLToPath(new URL(root + path, import.meta.url));
    const exists = await access(file).then(
      () => true,
      () => false,
    );
    if (exists) return file;
  }
  throw new ReeveError('NOT_FOUND', `Reeve's own ${path} is missing.`, { hint: 'Install Reeve again.' });
}
