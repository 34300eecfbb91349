import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Lists all files below a folder in a fixed order, as paths relative to `root` with forward slashes.
 *
 * An absent folder has no files. Links are not followed.
 *
 * @param {string} root
 * @param {string} folder relative to `root`.
 * @returns {string[]}
 */
export function listFiles(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return listFiles(root, path);
      return entry.isFile() ? [path] : [];
    });
}
