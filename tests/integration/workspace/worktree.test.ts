import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { makeRepository } from './git-repository.ts';

test('prepares a worktree detached at the base commit with its files', async (t) => {
  const { begin, gitIn } = await makeRepository(t);
  const { repository, worktree } = await begin();
  assert.equal(await readFile(join(worktree.path, 'src/app.py'), 'utf8'), 'print(1)\n');
  assert.equal(gitIn(worktree.path, 'rev-parse', 'HEAD'), repository.headCommit);
  assert.equal(gitIn(worktree.path, 'rev-parse', '--abbrev-ref', 'HEAD'), 'HEAD');
  assert.equal(gitIn(worktree.path, 'status', '--porcelain'), '');
});

test('lays the work being reworked on the base commit, staged', async (t) => {
  const { begin, gitIn, workspace } = await makeRepository(t);
  const first = await begin('A_1');
  await writeFile(join(first.worktree.path, 'src/app.py'), 'print(2)\n');
  await writeFile(join(first.worktree.path, 'new.txt'), 'new\n');
  await rm(join(first.worktree.path, 'README.md'));
  const { tree } = await workspace.measure(first.worktree);

  const { repository, worktree } = await begin('A_2', tree);
  assert.equal(gitIn(worktree.path, 'rev-parse', 'HEAD'), repository.headCommit);
  assert.equal(
    gitIn(worktree.path, 'status', '--porcelain'),
    'D  README.md\nA  new.txt\nM  src/app.py',
    'git status shows the work',
  );
  const again = await workspace.measure(worktree);
  assert.equal(again.tree, tree);
  assert.equal(again.changes.length, 3, 'measured against the base, not against the start');
});

test('finds a completed worktree with the work in it', async (t) => {
  const { begin } = await makeRepository(t);
  const { worktree } = await begin();
  await writeFile(join(worktree.path, 'work.txt'), 'kept\n');
  const again = await begin();
  assert.deepEqual(again.worktree, worktree);
  assert.equal(await readFile(join(worktree.path, 'work.txt'), 'utf8'), 'kept\n');
});

for (const damage of [
  'no files yet',
  'no administrative folder',
  'only the administrative folder',
] as const) {
  test(`makes a half-made worktree again: ${damage}`, async (t) => {
    const { begin, workspace, state } = await makeRepository(t);
    const { repository, worktree } = await begin();
    await rm(`${worktree.path}.index`);
    if (damage === 'no files yet') await rm(join(worktree.path, 'src'), { recursive: true });
    const adminDir = join(repository.gitDir, 'worktrees', 'A_1');
    if (damage === 'no administrative folder') await rm(adminDir, { recursive: true });
    if (damage === 'only the administrative folder') await rm(worktree.path, { recursive: true });

    const again = await begin();
    assert.equal(await readFile(join(worktree.path, 'src/app.py'), 'utf8'), 'print(1)\n');
    assert.deepEqual((await workspace.measure(again.worktree)).changes, []);
    assert.deepEqual(await readdir(join(repository.gitDir, 'worktrees')), ['A_1'], 'registered once');
    assert.deepEqual((await readdir(join(state, 'worktrees'))).toSorted(), ['A_1', 'A_1.index']);
  });
}

test('prepares and removes many worktrees at once', async (t) => {
  const { begin, workspace, git } = await makeRepository(t);
  const names = Array.from({ length: 12 }, (_, n) => `A_${n}`);
  const made = await Promise.all(names.map((name) => begin(name)));
  assert.equal(git('worktree', 'list').split('\n').length, 13);
  await Promise.all(
    made.map(({ repository, worktree }) => workspace.remove({ repository, path: worktree.path })),
  );
  assert.equal(git('worktree', 'list').split('\n').length, 1);
});

test('removes a worktree with everything the repository knew of it, and may be repeated', async (t) => {
  const { begin, workspace, git, state } = await makeRepository(t);
  const { repository, worktree } = await begin();
  await mkdir(join(worktree.path, 'node_modules/deep'), { recursive: true });
  await writeFile(join(worktree.path, 'node_modules/deep/x'), '');
  await writeFile(`${worktree.path}.index.lock`, '');
  await workspace.remove({ repository, path: worktree.path });
  await workspace.remove({ repository, path: worktree.path });
  assert.deepEqual(await readdir(join(state, 'worktrees')), []);
  assert.equal(existsSync(join(repository.gitDir, 'worktrees')), false);
  assert.equal(git('worktree', 'prune', '--dry-run', '--verbose'), '');
});

test('removes a worktree whose .git file a worker destroyed', async (t) => {
  const { begin, workspace, git } = await makeRepository(t);
  const { repository, worktree } = await begin();
  await rm(join(worktree.path, '.git'));
  await workspace.remove({ repository, path: worktree.path });
  assert.equal(existsSync(worktree.path), false);
  assert.equal(git('worktree', 'list').split('\n').length, 1);
});

test(
  'removes read-only folders that a package manager left behind',
  { skip: process.getuid?.() === 0 ? 'root may write anywhere' : process.platform === 'win32' },
  async (t) => {
    const { begin, workspace } = await makeRepository(t);
    const { repository, worktree } = await begin();
    await mkdir(join(worktree.path, 'cache/module'), { recursive: true });
    await writeFile(join(worktree.path, 'cache/module/x'), '');
    await chmod(join(worktree.path, 'cache/module'), 0o500);
    await chmod(join(worktree.path, 'cache'), 0o500);
    await workspace.remove({ repository, path: worktree.path });
    assert.equal(existsSync(worktree.path), false);
  },
);

test("leaves the user's own worktrees registered, also one whose disk is away", async (t) => {
  const { begin, workspace, git, state } = await makeRepository(t);
  const away = join(state, 'users-own');
  git('worktree', 'add', '--quiet', '--detach', away);
  await rm(away, { recursive: true });
  const { repository, worktree } = await begin();
  await workspace.remove({ repository, path: worktree.path });
  assert.deepEqual(
    (await workspace.listWorktrees(repository)).map(({ path }) => path),
    [away],
  );
});

test('refuses to remove a folder that holds the repository', async (t) => {
  const { workspace, root } = await makeRepository(t);
  const repository = await workspace.inspect(root);
  for (const path of [root, join(root, '..'), repository.gitDir]) {
    await assert.rejects(workspace.remove({ repository, path }), { code: 'BUG' });
  }
  assert.equal(existsSync(join(root, 'src/app.py')), true);
});

test('lists every file of a tree with its mode and object', async (t) => {
  const { workspace, root, git, write } = await makeRepository(t);
  await write('with space/ünï\tcode\n.txt', 'x');
  git('update-index', '--chmod=+x', 'src/tool.sh');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'second');
  const repository = await workspace.inspect(root);
  const listed = await workspace.listTree(repository, repository.headTree);
  assert.deepEqual([...listed.keys()].toSorted(), [
    'README.md',
    'src/app.py',
    'src/tool.sh',
    'with space/ünï\tcode\n.txt',
  ]);
  assert.deepEqual(listed.get('src/app.py'), {
    mode: '100644',
    id: git('rev-parse', 'HEAD:src/app.py'),
  });
});
