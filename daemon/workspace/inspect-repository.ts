import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import type { RepositoryFacts } from '../ports/workspace.ts';
import type { Git } from './git.ts';
import { hintFor } from './git-failure.ts';

/**
 * Asks git, in one process, where the repository around a folder lies and what HEAD is.
 *
 * @throws ReeveError NOT_A_REPOSITORY, REPOSITORY_EMPTY, GIT_FAILED, GIT_MISSING
 */
export async function inspectRepository(git: Git, directory: string): Promise<RepositoryFacts> {
  const cwd = await realpath(directory).catch((cause: unknown) => {
    throw new ReeveError('NOT_A_REPOSITORY', `There is no folder ${directory}.`, {
      hint: 'Name the folder of a git repository.',
      cause,
    });
  });
  const answer = await git(['rev-parse', ...QUESTIONS], { cwd, mayFail: true });
  const text = answer.stdout.toString('utf8');
  if (answer.exitCode !== 0) throw refusal(cwd, text, answer.stderr);
  const found = ANSWERS.exec(text);
  const { root, gitDir, headCommit, headTree } = found?.groups ?? {};
  if (root === undefined || gitDir === undefined || headCommit === undefined || headTree === undefined) {
    throw new ReeveError(
      'GIT_FAILED',
      `git describes the repository at ${cwd} in a way Reeve does not know.`,
      {
        hint: 'Use git 2.25 or newer, and a path of valid UTF-8.',
        details: { answer: text },
      },
    );
  }
  return { root: resolve(cwd, root), gitDir: await realpath(resolve(cwd, gitDir)), headCommit, headTree };
}

/** rev-parse has no NUL-separated form, and a path may hold a newline: the booleans in between keep them apart. */
const QUESTIONS = [
  '--is-bare-repository',
  '--show-toplevel',
  '--is-inside-work-tree',
  '--git-common-dir',
  '--is-inside-git-dir',
  'HEAD^{commit}',
  'HEAD^{tree}',
];

const ANSWERS =
  /^false\n(?<root>.+)\ntrue\n(?<gitDir>.+)\nfalse\n(?<headCommit>[0-9a-f]{40,64})\n(?<headTree>[0-9a-f]{40,64})\n$/s;

/** git answers in order and stops at the first question it cannot answer: how far it came tells what is wrong. */
function refusal(cwd: string, text: string, stderr: string): ReeveError {
  if (/not a git repository/.test(stderr)) {
    return new ReeveError('NOT_A_REPOSITORY', `${cwd} is not inside a git repository.`, {
      hint: 'Run `git init` and commit once, or name another folder.',
    });
  }
  if (text.startsWith('true\n')) {
    return new ReeveError('NOT_A_REPOSITORY', `${cwd} is a bare repository: it has no working tree.`, {
      hint: 'Use a clone of it, or a linked worktree (git worktree add).',
    });
  }
  if (/must be run in a work tree/.test(stderr)) {
    return new ReeveError('NOT_A_REPOSITORY', `${cwd} is inside a .git folder.`, {
      hint: 'Name the top folder of the repository instead.',
    });
  }
  if (/HEAD/.test(stderr)) {
    return new ReeveError('REPOSITORY_EMPTY', `The repository at ${cwd} has no commit to start from.`, {
      hint: 'Commit once: git commit --allow-empty -m "First commit"',
    });
  }
  return new ReeveError(
    'GIT_FAILED',
    `git cannot read the repository at ${cwd}: ${stderr.trim().slice(-500)}`,
    {
      hint: hintFor(stderr),
    },
  );
}
