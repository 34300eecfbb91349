import type { RepositoryFacts, TreeEntry } from '../ports/workspace.ts';
import type { Git } from './git.ts';
import { splitFields } from './git-fields.ts';
import { assertObjectIds } from './object-id.ts';

/**
 * Lists every file of a tree or commit by path: `ls-tree -r -z`, at most 64 MiB of it.
 *
 * @throws ReeveError GIT_FAILED when the object is missing or the tree is larger than that
 */
export async function listTree(
  git: Git,
  repository: RepositoryFacts,
  treeish: string,
): Promise<ReadonlyMap<string, TreeEntry>> {
  assertObjectIds(treeish);
  const { gitDir } = repository;
  const { stdout } = await git(['ls-tree', '-r', '-z', '--full-tree', treeish], { cwd: gitDir, gitDir });
  const entries = new Map<string, TreeEntry>();
  for (const { text } of splitFields(stdout)) {
    // "<mode> SP <type> SP <object> TAB <path>"; the path may hold anything, the rest may not.
    const tab = text.indexOf('\t');
    const [mode = '', , id = ''] = text.slice(0, tab).split(' ');
    entries.set(text.slice(tab + 1), { mode, id });
  }
  return entries;
}
