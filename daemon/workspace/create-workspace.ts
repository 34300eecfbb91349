import type { Workspace } from '../ports/workspace.ts';
import { controlDigest } from './control-digest.ts';
import { createGit } from './git.ts';
import type { RunGitProcess } from './git-process.ts';
import { createInspection } from './create-inspection.ts';
import { keepCommit } from './keep-commit.ts';
import { listTree } from './list-tree.ts';
import { compareTree, measureChanges, treeNow } from './measure-changes.ts';
import { createOneAtATime } from './one-at-a-time.ts';
import { prepareWorktree } from './prepare-worktree.ts';
import { removeWorktree } from './remove-worktree.ts';
import { listWorktrees } from './worktree-registry.ts';
import { writePatch } from './write-patch.ts';

/**
 * Creates the workspace over the git found on PATH.
 *
 * @param options.gitPath another git. Default: `git`
 * @param options.run where git's processes are started. Default: by this process
 * @param options.hostEnv the daemon's environment, of which git sees a short list of names
 */
export function createWorkspace(options: {
  readonly gitPath?: string | undefined;
  readonly hostEnv: NodeJS.ProcessEnv;
  readonly run?: RunGitProcess | undefined;
}): Workspace {
  const git = createGit(options);
  // git's own commands trip over a worktree that another one is just adding (seen with eight at once).
  const oneAtATime = createOneAtATime();
  return {
    inspect: createInspection(git),
    prepare: (request) => prepareWorktree(git, oneAtATime, request),
    measure: (worktree) => measureChanges(git, worktree),
    treeNow: (worktree, before) => treeNow(git, worktree, before),
    compare: (worktree, tree) => compareTree(git, worktree, tree),
    controlDigest,
    writePatch: (worktree, tree, file) => writePatch(git, worktree, tree, file),
    snapshot: ({ repository, ...rest }) => keepCommit(git, { ...rest, gitDir: repository.gitDir }),
    commit: ({ repository, branch, ...rest }) =>
      keepCommit(git, { ...rest, gitDir: repository.gitDir, ref: `refs/heads/${branch}` }),
    listTree: (repository, treeish) => listTree(git, repository, treeish),
    listWorktrees: (repository) => listWorktrees(repository.gitDir),
    remove: (request) => removeWorktree(git, oneAtATime, request),
  };
}
