import { setTimeout as sleep } from 'node:timers/promises';
import { access, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import type { RepositoryFacts, Worktree } from '../ports/workspace.ts';
import type { Git } from './git.ts';
import { assertObjectIds } from './object-id.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import { keepIndex, privateIndex } from './private-index.ts';
import { keepsPlainRefs, registerWorktree } from './register-worktree.ts';
import { hasRemains, removeWorktree } from './remove-worktree.ts';
import { readAdminDir } from './worktree-registry.ts';

const CHECKOUT_TIMEOUT_MS = 600_000;
const ADD_TRIES = 5;

/**
 * Creates the worktree of an attempt, or finds the one that a daemon before this one completed.
 *
 * HEAD stands detached at the base commit while files and index hold the start tree, so that `git status` shows
 * the work being carried on. Reeve's own copy of the index is written last: where it exists, the worktree is
 * complete; where it does not, what a crash left behind is removed and made again.
 */
export async function prepareWorktree(
  git: Git,
  oneAtATime: OneAtATime,
  options: {
    readonly repository: RepositoryFacts;
    readonly path: string;
    readonly baseCommit: string;
    readonly startTree: string;
  },
): Promise<Worktree> {
  const { repository, path, baseCommit, startTree } = options;
  assertObjectIds(baseCommit, startTree);
  const worktree: Worktree = { path, baseCommit, gitDir: repository.gitDir };
  if (await exists(privateIndex(path))) return worktree;

  if (await hasRemains(repository.gitDir, path)) await removeWorktree(git, oneAtATime, { repository, path });
  await mkdir(dirname(path), { recursive: true });
  const isPlain = await keepsPlainRefs(repository.gitDir);
  const adminDir = await oneAtATime(repository.gitDir, () =>
    isPlain
      ? registerWorktree(repository.gitDir, path, baseCommit)
      : addWorktree(git, repository, path, baseCommit),
  );
  try {
    await git(['read-tree', '--reset', '-u', startTree], {
      cwd: path,
      gitDir: adminDir,
      workTree: path,
      timeoutMs: CHECKOUT_TIMEOUT_MS,
    });
  } catch (error) {
    await removeWorktree(git, oneAtATime, { repository, path });
    throw error;
  }
  await keepIndex(join(adminDir, 'index'), privateIndex(path));
  return worktree;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Has git do it, and tries again when another git command looks at the worktree half made. */
async function addWorktree(
  git: Git,
  repository: RepositoryFacts,
  path: string,
  commit: string,
): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await git(['worktree', 'add', '--detach', '--no-checkout', path, commit], {
        cwd: repository.gitDir,
        gitDir: repository.gitDir,
        workTree: repository.root,
      });
      return await readAdminDir(path);
    } catch (error) {
      if (attempt === ADD_TRIES || !isPassing(error)) throw error;
      await sleep(20 * attempt);
    }
  }
}

function isPassing(error: unknown): boolean {
  const stderr = error instanceof ReeveError ? error.details?.['stderr'] : undefined;
  return typeof stderr === 'string' && /commondir|\.lock|could not create directory of/.test(stderr);
}
