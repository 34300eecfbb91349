import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';

/** A real repository in a temporary folder, and the environment its user works in. */
export interface RepoFixture {
  /** The temporary folder around the repository: for whatever must lie outside it. */
  readonly home: string;
  readonly root: string;
  readonly hostEnv: Readonly<Record<string, string | undefined>>;
  /** Runs git as the user would; answers its trimmed output. */
  git(...args: readonly string[]): string;
  /** Writes a file of the repository, making its folders. */
  write(path: string, content: string | Uint8Array): Promise<void>;
  /** Registers what must have ended before the folder can go; the last comes first. */
  atEnd(close: () => Promise<unknown>): void;
  /** `HEAD`, branch, index and working tree in one text: what no run of Reeve may change. */
  userState(): string;
}

export interface RepoOptions {
  /** `none`: a plain folder; `empty`: a repository without a commit; `one`: a repository with one commit. Default: `one`. */
  readonly commits?: 'none' | 'empty' | 'one';
}

/** Makes a repository that vanishes with the test. */
export async function createRepo(t: TestContext, options: RepoOptions = {}): Promise<RepoFixture> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'reeve-runtime-')));
  const closers: (() => Promise<unknown>)[] = [];
  t.after(async () => {
    for (const close of closers.toReversed()) await close();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });
  const root = join(home, 'repo');
  await mkdir(root);
  await writeFile(
    join(home, '.gitconfig'),
    '[user]\n\tname = A User\n\temail = user@example.invalid\n[init]\n\tdefaultBranch = main\n',
  );
  const hostEnv = { PATH: process.env['PATH'], HOME: home, LANG: 'C.UTF-8', TMPDIR: home };
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: root, env: hostEnv, encoding: 'utf8', stdio: 'pipe' }).trim();
  const write = async (path: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  };
  if (options.commits !== 'none') git('init', '--quiet');
  if ((options.commits ?? 'one') === 'one') {
    await write('README.md', 'one\n');
    await write('src/app.txt', 'one\n');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'First');
  }
  return {
    home,
    root,
    hostEnv,
    git,
    write,
    atEnd: (close) => void closers.push(close),
    userState: () =>
      [
        git('rev-parse', 'HEAD'),
        git('symbolic-ref', '--quiet', 'HEAD'),
        git('status', '--porcelain', '--untracked-files=all'),
        git('ls-files', '--stage'),
      ].join('\n'),
  };
}
