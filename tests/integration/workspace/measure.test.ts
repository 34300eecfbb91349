import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import {
  appendFile,
  chmod,
  mkdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { layRound } from '../../../daemon/workspace/lay-round.ts';
import { makeRepository, summarise } from './git-repository.ts';

const posixOnly = { skip: process.platform === 'win32' };

test('measures no change as no change', async (t) => {
  const { begin, workspace } = await makeRepository(t);
  const { repository, worktree } = await begin();
  assert.deepEqual(await workspace.measure(worktree), {
    tree: repository.headTree,
    changes: [],
    symlinks: [],
    submodules: [],
    unmeasured: [],
  });
});

test('measures added, modified, deleted, renamed, untracked and mode-changed files', posixOnly, async (t) => {
  const { begin, workspace } = await makeRepository(t);
  const { worktree } = await begin();
  const at = (path: string): string => join(worktree.path, path);
  await appendFile(at('README.md'), 'two\n');
  await chmod(at('src/tool.sh'), 0o755);
  await rename(at('src/app.py'), at('src/main.py'));
  await mkdir(at('deep/er'), { recursive: true });
  await writeFile(at('deep/er/new.txt'), 'new\n');
  const { changes } = await workspace.measure(worktree);
  assert.deepEqual(changes, [
    { path: 'README.md', status: 'modified', old_mode: '100644', new_mode: '100644', renamed_from: null },
    { path: 'deep/er/new.txt', status: 'added', old_mode: '000000', new_mode: '100644', renamed_from: null },
    { path: 'src/app.py', status: 'deleted', old_mode: '100644', new_mode: '000000', renamed_from: null },
    {
      path: 'src/main.py',
      status: 'added',
      old_mode: '000000',
      new_mode: '100644',
      renamed_from: 'src/app.py',
    },
    {
      path: 'src/tool.sh',
      status: 'mode_changed',
      old_mode: '100644',
      new_mode: '100755',
      renamed_from: null,
    },
  ]);
});

test('tells where symbolic links lead', posixOnly, async (t) => {
  const { begin, workspace } = await makeRepository(t);
  const { worktree } = await begin();
  await symlink('/etc/passwd', join(worktree.path, 'outside'));
  await rm(join(worktree.path, 'README.md'));
  await symlink('src/app.py', join(worktree.path, 'README.md'));
  await symlink('two\nlines', join(worktree.path, 'strange'));
  const { changes, symlinks } = await workspace.measure(worktree);
  assert.deepEqual(summarise(changes), ['type_changed README.md', 'added outside', 'added strange']);
  assert.deepEqual(symlinks, [
    { path: 'README.md', target: 'src/app.py' },
    { path: 'outside', target: '/etc/passwd' },
    { path: 'strange', target: 'two\nlines' },
  ]);
});

test('names paths with spaces, quotes, newlines, tabs and any script exactly', posixOnly, async (t) => {
  const { begin, workspace } = await makeRepository(t);
  const { worktree } = await begin();
  const names = [
    ' a b ',
    '"quoted"',
    "it's",
    'new\nline',
    'tab\there',
    'ünï-日本-🙂',
    '-rf',
    ':(top)x',
    'back\\slash',
  ];
  for (const name of names) await writeFile(join(worktree.path, name), name);
  const { changes, unmeasured } = await workspace.measure(worktree);
  assert.deepEqual(changes.map(({ path }) => path).toSorted(), names.toSorted());
  assert.deepEqual(unmeasured, []);
});

test(
  'reports a file name that is not UTF-8, and still measures the rest',
  { skip: process.platform !== 'linux' },
  async (t) => {
    const { begin, workspace } = await makeRepository(t);
    const { worktree } = await begin();
    await writeFile(Buffer.concat([Buffer.from(`${worktree.path}/bad-`), Buffer.from([0xff, 0xfe])]), 'x');
    await writeFile(join(worktree.path, 'good.txt'), 'x');
    const { changes, unmeasured } = await workspace.measure(worktree);
    assert.deepEqual(summarise(changes), ['added bad-\\xff\\xfe', 'added good.txt']);
    assert.deepEqual(unmeasured, [
      'The file name bad-\\xff\\xfe is not valid UTF-8, so no scope can name it.',
    ]);
  },
);

test('is not fooled by a worker that stages, commits, branches or stashes', async (t) => {
  const { begin, workspace, gitIn } = await makeRepository(t);
  const { repository, worktree } = await begin();
  await writeFile(join(worktree.path, 'src/app.py'), 'print(2)\n');
  gitIn(worktree.path, 'checkout', '--quiet', '-b', 'worker-branch');
  gitIn(worktree.path, 'commit', '--quiet', '--all', '--message', 'mine');
  await writeFile(join(worktree.path, 'staged.txt'), 'staged\n');
  gitIn(worktree.path, 'add', 'staged.txt');
  await writeFile(join(worktree.path, 'plain.txt'), 'plain\n');
  const { changes } = await workspace.measure(worktree);
  assert.deepEqual(summarise(changes), ['added plain.txt', 'modified src/app.py', 'added staged.txt']);
  assert.equal(worktree.baseCommit, repository.headCommit);
});

for (const flag of ['--assume-unchanged', '--skip-worktree'] as const) {
  test(`sees an edit that the worker's index hides with ${flag}`, async (t) => {
    const { begin, workspace, gitIn } = await makeRepository(t);
    const { worktree } = await begin();
    gitIn(worktree.path, 'update-index', flag, 'src/app.py');
    await writeFile(join(worktree.path, 'src/app.py'), 'print(2)\n');
    assert.equal(gitIn(worktree.path, 'status', '--porcelain'), '', 'git itself is fooled');
    const { changes } = await workspace.measure(worktree);
    assert.deepEqual(summarise(changes), ['modified src/app.py']);
  });
}

test('sees a same-size edit whose file time was set back', async (t) => {
  const { begin, workspace } = await makeRepository(t);
  const { worktree } = await begin();
  const file = join(worktree.path, 'src/app.py');
  const { atime, mtime } = await stat(file);
  await writeFile(file, 'print(7)\n');
  await utimes(file, atime, mtime);
  assert.deepEqual(summarise((await workspace.measure(worktree)).changes), ['modified src/app.py']);
  await writeFile(file, 'print(8)\n');
  await utimes(file, atime, mtime);
  const second = await workspace.measure(worktree);
  assert.equal(summarise(second.changes)[0], 'modified src/app.py');
  await writeFile(file, 'print(1)\n');
  await utimes(file, atime, mtime);
  assert.deepEqual((await workspace.measure(worktree)).changes, [], 'and that it was taken back');
});

for (const damage of ['deleted', 'a repository of its own', 'pointing elsewhere'] as const) {
  test(`measures a worktree whose .git is ${damage}`, async (t) => {
    const { begin, workspace, gitIn, state } = await makeRepository(t);
    const { worktree } = await begin();
    await rm(join(worktree.path, '.git'));
    if (damage === 'a repository of its own') {
      gitIn(worktree.path, 'init', '--quiet');
      gitIn(worktree.path, 'add', '--all');
      gitIn(worktree.path, 'commit', '--quiet', '--message', 'nothing to see');
    }
    if (damage === 'pointing elsewhere') {
      gitIn(state, 'init', '--quiet', 'other');
      await writeFile(join(worktree.path, '.git'), `gitdir: ${join(state, 'other/.git')}\n`);
    }
    await writeFile(join(worktree.path, 'src/app.py'), 'print(2)\n');
    assert.deepEqual(summarise((await workspace.measure(worktree)).changes), ['modified src/app.py']);
  });
}

test('measures after the worker made the repository forget the worktree', async (t) => {
  const { begin, workspace, git } = await makeRepository(t);
  const { worktree } = await begin();
  await rm(join(worktree.path, '.git'));
  git('worktree', 'prune');
  await writeFile(join(worktree.path, 'new.txt'), '');
  assert.deepEqual(summarise((await workspace.measure(worktree)).changes), ['added new.txt']);
});

test('reports a repository that the worker made inside the worktree', async (t) => {
  const { begin, workspace, gitIn } = await makeRepository(t);
  const { worktree } = await begin();
  const nested = join(worktree.path, 'vendor');
  await mkdir(nested);
  await writeFile(join(nested, 'x'), 'x');
  gitIn(nested, 'init', '--quiet');
  gitIn(nested, 'add', '--all');
  gitIn(nested, 'commit', '--quiet', '--message', 'nested');
  const { changes, submodules, unmeasured } = await workspace.measure(worktree);
  assert.deepEqual(summarise(changes), ['added vendor']);
  assert.equal(changes[0]?.new_mode, '160000');
  assert.deepEqual(submodules, ['vendor']);
  assert.deepEqual(unmeasured, []);
});

test('reports a nested repository without a commit, which git cannot add', async (t) => {
  const { begin, workspace, gitIn } = await makeRepository(t);
  const { worktree } = await begin();
  await mkdir(join(worktree.path, 'vendor'));
  await writeFile(join(worktree.path, 'vendor/x'), 'x');
  gitIn(join(worktree.path, 'vendor'), 'init', '--quiet');
  await writeFile(join(worktree.path, 'zebra.txt'), 'z');
  const { changes, unmeasured } = await workspace.measure(worktree);
  assert.deepEqual(summarise(changes), ['added zebra.txt'], 'the rest is measured');
  assert.match(unmeasured.join('\n'), /vendor/);
});

test('measures tracked files beside a .git that was planted among them', async (t) => {
  const { begin, workspace, gitIn } = await makeRepository(t);
  const { worktree } = await begin();
  gitIn(join(worktree.path, 'src'), 'init', '--quiet');
  gitIn(join(worktree.path, 'src'), 'commit', '--quiet', '--allow-empty', '--message', 'planted');
  await writeFile(join(worktree.path, 'src/app.py'), 'print(2)\n');
  await writeFile(join(worktree.path, 'src/new.py'), '');
  assert.deepEqual(summarise((await workspace.measure(worktree)).changes), [
    'modified src/app.py',
    'added src/new.py',
  ]);
});

test('reports a submodule that was moved, added or hidden by .gitmodules', async (t) => {
  const { begin, workspace, git, gitIn, state } = await makeRepository(t);
  const library = join(state, 'library');
  gitIn(state, 'init', '--quiet', 'library');
  gitIn(library, 'commit', '--quiet', '--allow-empty', '--message', 'one');
  git('submodule', '--quiet', 'add', library, 'lib');
  git('commit', '--quiet', '--message', 'submodule');
  const { worktree } = await begin();
  assert.deepEqual(
    (await workspace.measure(worktree)).changes,
    [],
    'a submodule not checked out is no change',
  );

  gitIn(worktree.path, 'submodule', '--quiet', 'update', '--init');
  gitIn(join(worktree.path, 'lib'), 'commit', '--quiet', '--allow-empty', '--message', 'two');
  await appendFile(join(worktree.path, '.gitmodules'), '\tignore = all\n');
  const { changes, submodules } = await workspace.measure(worktree);
  assert.deepEqual(summarise(changes), ['modified .gitmodules', 'modified lib']);
  assert.deepEqual(submodules, ['lib']);
});

test("exempts this run's evidence folder and nothing else", async (t) => {
  const { begin, workspace, gitIn } = await makeRepository(t);
  const { worktree } = await begin();
  const round = await layRound(worktree.path, { runId: 'T_1', stepId: 'S1', round: 0 });
  await writeFile(join(round, 'shim_stdout.txt'), 'evidence\n');
  assert.deepEqual((await workspace.measure(worktree)).changes, []);
  assert.equal(gitIn(worktree.path, 'status', '--porcelain'), '', 'the worker does not see it either');
  await mkdir(join(worktree.path, '.artifacts/agent_runs/T_0'), { recursive: true });
  await writeFile(join(worktree.path, '.artifacts/agent_runs/T_0/forged.json'), '{}');
  assert.deepEqual(summarise((await workspace.measure(worktree)).changes), [
    'added .artifacts/agent_runs/T_0/forged.json',
  ]);
});

test('measures a tracked .artifacts folder', async (t) => {
  const { begin, workspace, git, write } = await makeRepository(t);
  await write('.artifacts/agent_runs/T_0/kept.json', '{}');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'tracked evidence');
  const { worktree } = await begin();
  await layRound(worktree.path, { runId: 'T_1', stepId: 'S1', round: 0 });
  await writeFile(join(worktree.path, '.artifacts/agent_runs/T_0/kept.json'), '{"forged":1}');
  assert.deepEqual(summarise((await workspace.measure(worktree)).changes), [
    'modified .artifacts/agent_runs/T_0/kept.json',
  ]);
});

test('runs no program that the configuration names for watching files', posixOnly, async (t) => {
  const { begin, workspace, git, state } = await makeRepository(t);
  const { worktree } = await begin();
  const mark = join(state, 'ran');
  const program = join(state, 'monitor');
  await writeFile(program, `#!/bin/sh\ntouch '${mark}'\n`, { mode: 0o755 });
  git('config', 'core.fsmonitor', program);
  await writeFile(join(worktree.path, 'src/app.py'), 'print(2)\n');
  assert.deepEqual(summarise((await workspace.measure(worktree)).changes), ['modified src/app.py']);
  await assert.rejects(stat(mark), { code: 'ENOENT' });
});

test('is not fooled by git replace', async (t) => {
  const { begin, workspace, gitIn, git } = await makeRepository(t);
  const { worktree } = await begin();
  await writeFile(join(worktree.path, 'src/app.py'), 'print(2)\n');
  const { tree } = await workspace.measure(worktree);
  git('replace', `${worktree.baseCommit}^{tree}`, tree);
  assert.equal(gitIn(worktree.path, 'diff', '--name-only', 'HEAD'), '', 'git itself is fooled');
  assert.deepEqual(summarise((await workspace.measure(worktree)).changes), ['modified src/app.py']);
});

test('measures again after commands wrote files', async (t) => {
  const { begin, workspace } = await makeRepository(t);
  const { worktree } = await begin();
  await writeFile(join(worktree.path, 'a.txt'), 'a');
  const before = await workspace.measure(worktree);
  await writeFile(join(worktree.path, 'b.txt'), 'b');
  const after = await workspace.measure(worktree);
  assert.notEqual(before.tree, after.tree);
  assert.deepEqual(summarise(after.changes), ['added a.txt', 'added b.txt']);
  await rm(join(worktree.path, 'b.txt'));
  assert.equal((await workspace.measure(worktree)).tree, before.tree);
});

test('goes on after a crash left a lock or lost the private index', async (t) => {
  const { begin, workspace } = await makeRepository(t);
  const { worktree } = await begin();
  await writeFile(join(worktree.path, 'a.txt'), 'a');
  await writeFile(`${worktree.path}.index.lock`, '');
  assert.deepEqual(summarise((await workspace.measure(worktree)).changes), ['added a.txt']);
  await rm(`${worktree.path}.index`);
  assert.deepEqual(summarise((await workspace.measure(worktree)).changes), ['added a.txt']);
});

test(
  'reports what it may not read',
  { skip: process.getuid?.() === 0 ? 'root may read anything' : process.platform === 'win32' },
  async (t) => {
    const { begin, workspace } = await makeRepository(t);
    const { worktree } = await begin();
    await mkdir(join(worktree.path, 'hidden'));
    await writeFile(join(worktree.path, 'hidden/x'), 'x');
    await writeFile(join(worktree.path, 'unreadable'), 'x', { mode: 0o000 });
    await chmod(join(worktree.path, 'hidden'), 0o000);
    try {
      const { changes, unmeasured } = await workspace.measure(worktree);
      assert.deepEqual(changes, []);
      assert.match(unmeasured.join('\n'), /hidden/);
      assert.match(unmeasured.join('\n'), /unreadable/);
    } finally {
      await chmod(join(worktree.path, 'hidden'), 0o700);
    }
  },
);

test('leaves pipes and sockets alone', posixOnly, async (t) => {
  const { begin, workspace } = await makeRepository(t);
  const { worktree } = await begin();
  execFileSync('mkfifo', [join(worktree.path, 'pipe')]);
  const server = createServer().listen(join(worktree.path, 's'));
  t.after(() => server.close());
  const { changes } = await workspace.measure(worktree);
  assert.deepEqual(changes, []);
});

test("never touches the worker's own index", async (t) => {
  const { begin, workspace } = await makeRepository(t);
  const { repository, worktree } = await begin();
  const index = join(repository.gitDir, 'worktrees/A_1/index');
  const before = await readFile(index);
  await writeFile(join(worktree.path, 'src/app.py'), 'print(2)\n');
  await workspace.measure(worktree);
  assert.deepEqual(await readFile(index), before);
});

test('compares a tree measured earlier just as it was measured', posixOnly, async (t) => {
  const { begin, workspace, gitIn } = await makeRepository(t);
  const { repository, worktree } = await begin();
  await writeFile(join(worktree.path, 'src/app.py'), 'print(2)\n');
  await rm(join(worktree.path, 'README.md'));
  await symlink('/etc/passwd', join(worktree.path, 'link'));
  await mkdir(join(worktree.path, 'vendor'));
  gitIn(join(worktree.path, 'vendor'), 'init', '--quiet');
  gitIn(join(worktree.path, 'vendor'), 'commit', '--quiet', '--allow-empty', '--message', 'nested');
  const measured = await workspace.measure(worktree);
  assert.equal(measured.changes.length, 4);
  await workspace.remove({ repository, path: worktree.path });
  assert.deepEqual(await workspace.compare(worktree, measured.tree), measured);
});
