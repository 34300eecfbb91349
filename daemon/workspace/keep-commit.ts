import { ReeveError } from '../../protocol/errors.ts';
import type { Git, GitCall } from './git.ts';
import { assertObjectIds } from './object-id.ts';

/**
 * Makes a commit of a tree reachable under a ref that must be new, or stand at a commit Reeve left it at; no hook, no
 * signature, no worktree involved.
 *
 * Author, committer and date are fixed, so the same arguments give the same commit, and repeating after a crash
 * finds its own work.
 *
 * @throws ReeveError CONFLICT when the ref stands at another commit, or somebody has checked the branch out
 */
export async function keepCommit(
  git: Git,
  options: {
    readonly gitDir: string;
    readonly tree: string;
    readonly baseCommit: string;
    /** In full: `refs/…`. */
    readonly ref: string;
    /** Where the ref stands, an ancestor of the new commit. Default: it does not exist. */
    readonly movesFrom?: string | null;
    readonly message: string;
    /** RFC 3339. */
    readonly time: string;
  },
): Promise<string> {
  const { gitDir, tree, baseCommit, ref, message, time, movesFrom = null } = options;
  assertObjectIds(tree, baseCommit, movesFrom ?? baseCommit);
  const call: GitCall = { cwd: gitDir, gitDir, env: identity(time), durable: true };
  const made = await git(['commit-tree', '--no-gpg-sign', '-p', baseCommit, '-F', '-', tree], {
    ...call,
    input: message,
  });
  const commit = made.stdout.toString('utf8').trim();
  if (movesFrom !== null) await assertNotCheckedOut(git, call, ref);
  const expected = movesFrom ?? '0'.repeat(commit.length);
  const args = ['update-ref', '--no-deref', '-m', 'reeve', ref, commit, expected];
  try {
    await git(args, call);
  } catch (error) {
    await assertKept(git, call, ref, commit, error);
  }
  return commit;
}

function identity(time: string): Readonly<Record<string, string>> {
  const date = `${Math.floor(Date.parse(time) / 1000)} +0000`;
  const [name, email] = ['Reeve', 'reeve@localhost'];
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  };
}

/** Moving a branch that somebody has checked out would make their index and files look changed. */
async function assertNotCheckedOut(git: Git, call: GitCall, ref: string): Promise<void> {
  const listed = await git(['for-each-ref', '--format=%(worktreepath)', ref], call);
  const place = listed.stdout.toString('utf8').trim();
  if (place === '') return;
  throw new ReeveError('CONFLICT', `${ref} is checked out at ${place}, so it cannot be moved on.`, {
    hint: 'Check out another branch there, then retry.',
  });
}

async function assertKept(
  git: Git,
  call: GitCall,
  ref: string,
  commit: string,
  cause: unknown,
): Promise<void> {
  const existing = await git(['rev-parse', '--verify', '--quiet', ref], { ...call, mayFail: true });
  const found = existing.stdout.toString('utf8').trim();
  if (found === commit) return;
  if (existing.exitCode === 0) {
    throw new ReeveError('CONFLICT', `${ref} already exists, at ${found} instead of ${commit}.`, {
      hint: 'Reeve never moves a ref. Rename or delete it yourself if its commits are not needed.',
      cause,
    });
  }
  const stderr = cause instanceof ReeveError ? cause.details?.['stderr'] : undefined;
  const blocker = typeof stderr === 'string' ? /'(refs\/[^']+)' exists/.exec(stderr)?.[1] : undefined;
  if (blocker === undefined) throw cause;
  throw new ReeveError('CONFLICT', `${ref} cannot be made because ${blocker} exists.`, {
    hint: 'git keeps refs like files in folders: rename the ref that stands in the way.',
    cause,
  });
}
