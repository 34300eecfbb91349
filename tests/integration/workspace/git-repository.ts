import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { createWorkspace } from '../../../daemon/workspace/create-workspace.ts';
import type { RepositoryFacts, Workspace, Worktree } from '../../../daemon/ports/workspace.ts';

/** A real repository in a temporary folder, with a git of its own configuration. */
export interface TestRepository {
  readonly root: string;
  /** A folder beside the repository, for worktrees and outputs. */
  readonly state: string;
  readonly hostEnv: NodeJS.ProcessEnv;
  /** Runs git by hand, as the user or a worker would; answers its trimmed output. */
  readonly git: (...args: readonly string[]) => string;
  readonly gitIn: (folder: string, ...args: readonly string[]) => string;
  readonly write: (path: string, content: string | Buffer) => Promise<void>;
  readonly workspace: Workspace;
  /** Facts, and a worktree at HEAD (or another start) named for the attempt. */
  readonly begin: (
    attempt?: string,
    startTree?: string,
  ) => Promise<{ readonly repository: RepositoryFacts; readonly worktree: Worktree }>;
}

/** Makes a repository with three files and one commit; removed when the test ends. */
export async function makeRepository(
  t: TestContext,
  options: { readonly folder?: string; readonly init?: readonly string[]; readonly empty?: boolean } = {},
): Promise<TestRepository> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'reeve-workspace-')));
  t.after(() => rm(home, { recursive: true, force: true }));
  const root = join(home, options.folder ?? 'repo');
  const state = join(home, 'state');
  const hostEnv = { PATH: process.env['PATH'], HOME: home };
  const gitIn = (folder: string, ...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: folder, env: hostEnv, encoding: 'utf8', stdio: 'pipe' }).trim();
  const git = (...args: readonly string[]): string => gitIn(root, ...args);
  const write = async (path: string, content: string | Buffer): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  };
  await mkdir(root, { recursive: true });
  await mkdir(state);
  await writeFile(
    join(home, '.gitconfig'),
    '[user]\n\tname = A User\n\temail = user@example.com\n[init]\n\tdefaultBranch = main\n[protocol "file"]\n\tallow = always\n',
  );
  git('init', '--quiet', ...(options.init ?? []));
  if (options.empty !== true) {
    await write('README.md', 'one\n');
    await write('src/app.py', 'print(1)\n');
    await write('src/tool.sh', '#!/bin/sh\n');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'first');
  }
  const workspace = createWorkspace({ hostEnv });
  return {
    root,
    state,
    hostEnv,
    git,
    gitIn,
    write,
    workspace,
    begin: async (attempt = 'A_1', startTree) => {
      const repository = await workspace.inspect(root);
      const worktree = await workspace.prepare({
        repository,
        path: join(state, 'worktrees', attempt),
        baseCommit: repository.headCommit,
        startTree: startTree ?? repository.headTree,
      });
      return { repository, worktree };
    },
  };
}

/** `status path` for each change, in git's order. */
export function summarise(
  changes: readonly { readonly status: string; readonly path: string }[],
): readonly string[] {
  return changes.map(({ status, path }) => `${status} ${path}`);
}
