import type { FileChange } from '../../protocol/generated/types.ts';

/** What git says about a repository before work starts in it. */
export interface RepositoryFacts {
  /** Absolute path of the working tree's top folder. */
  readonly root: string;
  /** Absolute path of the common git directory. */
  readonly gitDir: string;
  /** The commit work starts from: HEAD. */
  readonly headCommit: string;
  readonly headTree: string;
}

/** An isolated git worktree of one attempt, detached at the base commit, files and index at the start tree. */
export interface Worktree {
  /** Absolute path. */
  readonly path: string;
  readonly baseCommit: string;
  /** Absolute path of the repository's common git directory: what a worker does to the worktree's own is no matter. */
  readonly gitDir: string;
}

/** A linked worktree the repository knows of: Reeve's or the user's, present on disk or not. */
export interface RegisteredWorktree {
  /** Absolute path. */
  readonly path: string;
  /** Its folder inside the common git directory. */
  readonly adminDir: string;
}

/** One file of a git tree. */
export interface TreeEntry {
  /** Octal, as git writes it: `100644`, `100755`, `120000`, `160000`. */
  readonly mode: string;
  readonly id: string;
}

/** What an attempt really changed, by git's own measure against the base commit. */
export interface Measurement {
  /** The tree of everything not ignored in the worktree. */
  readonly tree: string;
  readonly changes: readonly FileChange[];
  /** Symbolic links among the changes, with their targets, for the scope review. */
  readonly symlinks: readonly { readonly path: string; readonly target: string }[];
  /** Submodule paths (mode 160000) among the changes: also a repository that the worker made inside the worktree. */
  readonly submodules: readonly string[];
  /** One sentence for each thing git could not read or name; while there is any, no review may pass. */
  readonly unmeasured: readonly string[];
}

/**
 * What no worker may touch, each by name: `config`, `hooks/…`, `info/…`.
 *
 * Compared before a measurement is believed: a changed `config` or `info/attributes` can make git lie.
 */
export type ControlDigest = Readonly<Record<string, string>>;

/** Git, as Reeve uses it; nothing here touches the user's branch, index or working tree. */
export interface Workspace {
  /** @throws ReeveError NOT_A_REPOSITORY, REPOSITORY_EMPTY, GIT_MISSING */
  inspect(directory: string): Promise<RepositoryFacts>;
  /**
   * Creates the worktree of an attempt, or finds the completed one as it is, with the work in it; what a crash left
   * half made is made again. Reeve's private index lies beside it as `<path>.index`.
   */
  prepare(options: {
    readonly repository: RepositoryFacts;
    readonly path: string;
    readonly baseCommit: string;
    /** A tree to start from instead of the base commit's own: the work being reworked. */
    readonly startTree: string;
  }): Promise<Worktree>;
  /** One at a time for each worktree. */
  measure(worktree: Worktree): Promise<Measurement>;
  /** The tree of a worktree after something ran in it since it was measured. */
  treeNow(worktree: Worktree, before: Measurement): Promise<string>;
  /** As `measure`, for a tree measured earlier: what a worker left, whatever has happened to the worktree since. */
  compare(worktree: Worktree, tree: string): Promise<Measurement>;
  controlDigest(repository: RepositoryFacts): Promise<ControlDigest>;
  /** The binary-safe patch from the base commit to a tree, streamed to a file. */
  writePatch(worktree: Worktree, tree: string, file: string): Promise<void>;
  /**
   * Keeps a tree reachable as a commit under `refs/reeve/wip/…`. Idempotent.
   * @throws ReeveError CONFLICT when the ref exists at something else
   */
  snapshot(options: {
    readonly repository: RepositoryFacts;
    readonly tree: string;
    readonly baseCommit: string;
    readonly ref: string;
    readonly message: string;
    /** RFC 3339; fixed by an event, so that repeating gives the same commit. */
    readonly time: string;
  }): Promise<string>;
  /**
   * Commits a reviewed tree on a branch; hooks never run. Repeating gives the same commit.
   * @throws ReeveError CONFLICT when the branch exists at something else, or is checked out and would have to move
   */
  commit(options: {
    readonly repository: RepositoryFacts;
    readonly tree: string;
    readonly baseCommit: string;
    readonly branch: string;
    /** Where an earlier step left the branch. Default: it must be new. */
    readonly movesFrom?: string | null;
    readonly message: string;
    readonly time: string;
  }): Promise<string>;
  /** Every file of a tree or commit, by path. */
  listTree(repository: RepositoryFacts, treeish: string): Promise<ReadonlyMap<string, TreeEntry>>;
  /** For `doctor` and the search for orphans. */
  listWorktrees(repository: RepositoryFacts): Promise<readonly RegisteredWorktree[]>;
  /** Removes a worktree whose content is kept elsewhere. Idempotent. */
  remove(options: { readonly repository: RepositoryFacts; readonly path: string }): Promise<void>;
}
