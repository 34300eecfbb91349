import { existsSync } from 'node:fs';
import { ReeveError } from '../../protocol/errors.ts';
import type { GitEnd } from './git-process.ts';

/** Explains a git command that ended badly, with what a person can do about it. */
export function gitFailure(args: readonly string[], end: GitEnd): ReeveError {
  const command = `git ${args.slice(0, 2).join(' ')}`;
  if (end.stopped === 'timeout') {
    return new ReeveError('GIT_FAILED', `${command} did not end in time and was stopped.`, {
      hint: 'A filter (such as Git LFS) or a partial clone may be waiting for the network; run the command by hand.',
    });
  }
  if (end.stopped === 'output') {
    return new ReeveError('GIT_FAILED', `${command} answered with more than Reeve is willing to read.`, {
      hint: 'The attempt touched an extraordinary number of files; look at its worktree.',
    });
  }
  const tail = end.stderr.trim().slice(-4096);
  const last = tail.split('\n').findLast((line) => /^(fatal|error):/.test(line)) ?? tail.split('\n').at(-1);
  return new ReeveError(
    'GIT_FAILED',
    `${command} failed (exit ${end.exitCode ?? 'by signal'}): ${last ?? ''}`,
    {
      hint: hintFor(tail),
      details: { args, exit_code: end.exitCode, stderr: tail },
    },
  );
}

/** Explains a git process that could not be started at all. */
export function gitStartFailure(error: string, gitPath: string, cwd: string): ReeveError {
  // The system reports a missing program and a missing working directory with the same code.
  if (!existsSync(cwd)) {
    return new ReeveError('GIT_FAILED', `git cannot run in ${cwd}: there is no such folder.`, {
      hint: 'Check the path; if it was a worktree of an attempt, that attempt has to start again.',
    });
  }
  return new ReeveError('GIT_MISSING', `git could not be started (${gitPath}): ${error}`, {
    hint: 'Install git 2.25 or newer, and see that it is on PATH.',
  });
}

/** Says what to do about git's complaint; complaints are in English because git runs with `LC_ALL=C`. */
export function hintFor(stderr: string): string {
  const hint = HINTS.find(([pattern]) => pattern.test(stderr))?.[1];
  return hint ?? 'Run `git fsck` and `git status` in the repository; `reeve doctor` checks the rest.';
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /dubious ownership|unsafe repository/,
    'The repository belongs to another user. If you trust it: git config --global --add safe.directory PATH',
  ],
  [
    /no space left|disk quota/i,
    'The disk is full: make room, then try again. Nothing that was recorded is lost.',
  ],
  [
    /permission denied|insufficient permission|read-only file system|could not create (leading )?director/i,
    'Reeve must be able to write into the .git folder of the repository: check its owner and permissions.',
  ],
  [
    /\.lock'?: File exists|could not lock|cannot lock/i,
    'Another git command holds a lock. If none is running, one was interrupted: remove the .lock file git names.',
  ],
  [
    /filter '?[\w-]+'? failed|external filter|git-lfs/,
    'A content filter of the repository failed: install the program it names (for Git LFS: git lfs install).',
  ],
  [
    /bad object|invalid (object|reference)|not a valid (object|commit) name|missing (blob|tree)|unable to read (tree|sha1)|failed to unpack tree object/i,
    'An object is missing: fetch it, or deepen a shallow clone with git fetch --unshallow.',
  ],
];

/** Tells a failure of the repository itself apart from a file that a worker left unreadable. */
export function isRepositoryFailure(stderr: string): boolean {
  return /no space left|disk quota|insufficient permission|read-only file system|repository database|unable to (write|create temporary|append)|index file corrupt/i.test(
    stderr,
  );
}
