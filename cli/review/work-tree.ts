import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import type { RepositoryFacts } from '../../daemon/ports/workspace.ts';
import type { Git } from '../../daemon/workspace/git.ts';

/** The commit work started from, and the tree to judge. */
export interface WorkRange {
  readonly baseCommit: string;
  readonly tree: string;
}

/**
 * Names the commits and trees of a range, or of the checkout with everything in it that is not ignored.
 *
 * The checkout is read through an index of our own: the user's index and files stay as they are.
 *
 * @throws ReeveError USAGE for a revision git does not know
 */
export async function resolveRange(
  git: Git,
  repository: RepositoryFacts,
  options: {
    readonly base: string;
    readonly head: string | null;
    /** Where the temporary index lies. */
    readonly stateFolder: string;
    /** Left out of a checkout: the evidence folder of the run, relative to the top. */
    readonly evidence: string;
  },
): Promise<WorkRange> {
  const baseCommit = await resolve(git, repository, `${options.base}^{commit}`, options.base);
  if (options.head === null) return { baseCommit, tree: await checkoutTree(git, repository, options) };
  return { baseCommit, tree: await resolve(git, repository, `${options.head}^{tree}`, options.head) };
}

async function resolve(
  git: Git,
  { root }: RepositoryFacts,
  revision: string,
  given: string,
): Promise<string> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', revision];
  const { exitCode, stdout } = await git(args, { cwd: root, mayFail: true });
  if (exitCode === 0) return stdout.toString('utf8').trim();
  throw new ReeveError('USAGE', `git knows no commit ${given} here.`, {
    hint: 'Give a branch, a tag or a commit id.',
  });
}

async function checkoutTree(
  git: Git,
  { root, gitDir }: RepositoryFacts,
  options: { readonly stateFolder: string; readonly evidence: string },
): Promise<string> {
  await mkdir(options.stateFolder, { recursive: true });
  const indexFile = join(options.stateFolder, `review-${randomBytes(6).toString('hex')}.index`);
  try {
    // A copy of the user's index saves hashing every unchanged file; without one git reads them all.
    await copyFile(join(gitDir, 'index'), indexFile).catch(() => {});
    const pathspec = ['.', `:(exclude,top)${options.evidence}`];
    await git(['add', '--all', '--', ...pathspec], { cwd: root, indexFile });
    return (await git(['write-tree'], { cwd: root, indexFile })).stdout.toString('utf8').trim();
  } finally {
    await rm(indexFile, { force: true });
  }
}
