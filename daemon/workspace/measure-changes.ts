import { access, rm } from 'node:fs/promises';
import type { Measurement, Worktree } from '../ports/workspace.ts';
import { gitFailure, isRepositoryFailure } from './git-failure.ts';
import type { Git, GitCall } from './git.ts';
import { assertObjectIds } from './object-id.ts';
import { parseRawDiff } from './parse-raw-diff.ts';
import type { RawChange } from './parse-raw-diff.ts';
import { privateIndex } from './private-index.ts';

const ADD_TIMEOUT_MS = 600_000;
const MAX_COMPLAINTS = 20;

/**
 * Measures what the files of a worktree are, against its base commit.
 *
 * The repository and the index are named outright, so whatever the worker did to the worktree's own `.git` file,
 * index, HEAD or branch is of no consequence: the files on disk are what counts.
 */
export async function measureChanges(git: Git, worktree: Worktree): Promise<Measurement> {
  const { path, baseCommit, gitDir } = worktree;
  const indexFile = privateIndex(path);
  const call: GitCall = { cwd: path, gitDir, workTree: path, indexFile };
  // One measurement of a worktree runs at a time: a lock that is there was left by a crash.
  await rm(`${indexFile}.lock`, { force: true });
  // Without an index (a crash during removal), start from the base: slower, for every file is read, and as right.
  if (!(await exists(indexFile))) await git(['read-tree', baseCommit], call);

  const complaints = await addAll(git, call);
  const [written, difference] = await Promise.all([
    git(['write-tree'], { ...call, durable: true }),
    git(['diff-index', '--cached', ...RAW, baseCommit], call),
  ]);
  const tree = written.stdout.toString('utf8').trim();
  return describe(git, call, { tree, difference: difference.stdout, complaints });
}

/**
 * Tells the tree of a worktree that was measured before.
 *
 * Asks first whether anything differs from the index of that measurement, which mostly nothing does: one process
 * instead of three.
 */
export async function treeNow(git: Git, worktree: Worktree, before: Measurement): Promise<string> {
  const { path, gitDir } = worktree;
  const call: GitCall = { cwd: path, gitDir, workTree: path, indexFile: privateIndex(path) };
  const { stdout } = await git(
    ['ls-files', '-z', '--modified', '--deleted', '--others', '--exclude-standard'],
    call,
  );
  return stdout.length === 0 ? before.tree : (await measureChanges(git, worktree)).tree;
}

/** Tells what a tree measured earlier is, against the base commit; the worktree itself is not looked at. */
export async function compareTree(git: Git, worktree: Worktree, tree: string): Promise<Measurement> {
  const { baseCommit, gitDir } = worktree;
  assertObjectIds(baseCommit, tree);
  const call: GitCall = { cwd: gitDir, gitDir };
  const { stdout } = await git(['diff-tree', '-r', ...RAW, baseCommit, tree], call);
  return describe(git, call, { tree, difference: stdout, complaints: [] });
}

async function describe(
  git: Git,
  call: GitCall,
  found: { readonly tree: string; readonly difference: Buffer; readonly complaints: readonly string[] },
): Promise<Measurement> {
  const changes = parseRawDiff(found.difference);
  return {
    tree: found.tree,
    changes: changes.map(({ newId: _id, pathIsUtf8: _valid, ...change }) => change),
    symlinks: await readSymlinks(git, call, changes),
    submodules: changes.filter(isSubmodule).map(({ path }) => path),
    unmeasured: [...found.complaints, ...changes.filter(({ pathIsUtf8 }) => !pathIsUtf8).map(notUtf8)],
  };
}

/** `--ignore-submodules=none`: a `.gitmodules` that a worker wrote could hide a submodule otherwise. */
const RAW = ['--raw', '-z', '--no-abbrev', '--no-renames', '--ignore-submodules=none'];

/** Takes every file that is not ignored into the index; returns git's complaints about those it could not. */
async function addAll(git: Git, call: GitCall): Promise<readonly string[]> {
  const args = ['add', '--all', '--ignore-errors', '--no-warn-embedded-repo'];
  const added = await git(args, { ...call, durable: true, timeoutMs: ADD_TIMEOUT_MS, mayFail: true });
  // Exit 1 means "all but the files complained of"; anything else is not the worker's doing.
  if (added.exitCode > 1 || added.exitCode < 0 || isRepositoryFailure(added.stderr)) {
    throw gitFailure(args, { ...added, stopped: null, startError: null });
  }
  const complaints = added.stderr.split('\n').filter((line) => COMPLAINT.test(line));
  if (added.exitCode === 1 && complaints.length === 0) return ['git could not measure every file.'];
  return complaints.slice(0, MAX_COMPLAINTS).map((line) => line.replace(/^(error|warning): /, 'git: '));
}

/** An unreadable folder is only a warning to git, yet everything in it would go unseen. */
const COMPLAINT = /^error: |^warning: (could not open directory|unable to access)/;

/** Targets are read from git's objects, not from the disk: they are what would be committed. */
async function readSymlinks(
  git: Git,
  call: GitCall,
  changes: readonly RawChange[],
): Promise<Measurement['symlinks']> {
  const links = changes.filter(({ new_mode }) => new_mode === '120000');
  if (links.length === 0) return [];
  const input = links.map(({ newId }) => `${newId}\n`).join('');
  const { stdout } = await git(['cat-file', '--batch'], { ...call, input });
  let at = 0;
  return links.map(({ path }) => {
    const start = stdout.indexOf('\n', at) + 1;
    const size = Number(stdout.toString('latin1', at, start).trim().split(' ')[2]);
    at = start + size + 1;
    return { path, target: stdout.toString('utf8', start, start + size) };
  });
}

function isSubmodule(change: RawChange): boolean {
  return change.new_mode === '160000' || change.old_mode === '160000';
}

function notUtf8({ path }: RawChange): string {
  return `The file name ${path} is not valid UTF-8, so no scope can name it.`;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
