import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { createWorkspace } from '../../../daemon/workspace/create-workspace.ts';
import { makeRepository, summarise } from './git-repository.ts';
import type { TestRepository } from './git-repository.ts';

/** Prepare, edit, measure, commit, remove; answers the measured changes. */
async function cycle(made: TestRepository, from: string = made.root): Promise<readonly string[]> {
  const { workspace, state } = made;
  const repository = await workspace.inspect(from);
  const path = join(state, 'worktrees', 'A_1');
  const { headCommit: baseCommit, headTree: startTree } = repository;
  const worktree = await workspace.prepare({ repository, path, baseCommit, startTree });
  assert.deepEqual((await workspace.measure(worktree)).changes, [], 'nothing is changed at first');
  await writeFile(join(path, 'src/app.py'), 'print(2)\n');
  const { tree, changes, unmeasured } = await workspace.measure(worktree);
  assert.deepEqual(unmeasured, []);
  const time = '2026-01-02T03:04:05.678Z';
  await workspace.commit({ repository, tree, baseCommit, branch: 'reeve/T/T_1', message: 'x', time });
  await workspace.remove({ repository, path });
  return summarise(changes);
}

const edited = ['modified src/app.py'];

test(
  'works in a path with spaces, quotes, a newline and any script',
  { skip: process.platform === 'win32' },
  async (t) => {
    const made = await makeRepository(t, { folder: 'a b\'s "ünï"\n日本' });
    assert.deepEqual(await cycle(made), edited);
  },
);

test('works from a subfolder', async (t) => {
  const made = await makeRepository(t);
  const repository = await made.workspace.inspect(join(made.root, 'src'));
  assert.equal(repository.root, made.root);
  assert.equal(repository.gitDir, join(made.root, '.git'));
  assert.deepEqual(await cycle(made, join(made.root, 'src')), edited);
});

test('works with its state inside the repository, behind an ignore rule', async (t) => {
  const made = await makeRepository(t);
  await made.write('.gitignore', '.reeve/\n');
  made.git('add', '--all');
  made.git('commit', '--quiet', '--message', 'ignore');
  const inside = { ...made, state: join(made.root, '.reeve') };
  assert.deepEqual(await cycle(inside), edited);
  assert.equal(made.git('status', '--porcelain'), '');
});

test('works on a detached HEAD', async (t) => {
  const made = await makeRepository(t);
  made.git('checkout', '--quiet', '--detach');
  assert.deepEqual(await cycle(made), edited);
});

test('works in a SHA-256 repository', async (t) => {
  const made = await makeRepository(t, { init: ['--object-format=sha256'] });
  assert.equal((await made.workspace.inspect(made.root)).headCommit.length, 64);
  assert.deepEqual(await cycle(made), edited);
});

test("works when the user's checkout is itself a linked worktree of a bare repository", async (t) => {
  const made = await makeRepository(t);
  const bare = join(made.state, 'bare.git');
  made.gitIn(made.state, 'clone', '--quiet', '--bare', made.root, bare);
  const linked = join(made.state, 'linked');
  made.gitIn(bare, 'worktree', 'add', '--quiet', linked);
  const repository = await made.workspace.inspect(linked);
  assert.equal(repository.root, linked);
  assert.equal(repository.gitDir, bare);
  assert.deepEqual(await cycle(made, linked), edited);
});

test('works in a shallow clone', async (t) => {
  const made = await makeRepository(t);
  made.git('commit', '--quiet', '--allow-empty', '--message', 'second');
  const clone = join(made.state, 'shallow');
  made.gitIn(made.state, 'clone', '--quiet', '--depth=1', `file://${made.root}`, clone);
  assert.deepEqual(await cycle(made, clone), edited);
});

for (const scope of ['common', 'worktree'] as const) {
  test(`shows an attempt every file of a sparse checkout (${scope} configuration)`, async (t) => {
    const made = await makeRepository(t);
    await made.write('docs/guide.md', 'guide\n');
    made.git('add', '--all');
    made.git('commit', '--quiet', '--message', 'docs');
    if (scope === 'worktree') made.git('sparse-checkout', 'set', 'src');
    else {
      made.git('config', 'core.sparseCheckout', 'true');
      await mkdir(join(made.root, '.git/info'), { recursive: true });
      await writeFile(join(made.root, '.git/info/sparse-checkout'), '/src/\n');
      made.git('read-tree', '-m', '-u', 'HEAD');
    }
    assert.equal(existsSync(join(made.root, 'docs')), false);
    const { worktree } = await made.begin();
    await writeFile(join(worktree.path, 'docs/new.md'), 'new\n');
    assert.equal(await readFile(join(worktree.path, 'docs/guide.md'), 'utf8'), 'guide\n');
    assert.deepEqual(summarise((await made.workspace.measure(worktree)).changes), ['added docs/new.md']);
    made.gitIn(worktree.path, 'reset', '--quiet', '--hard');
    assert.equal(existsSync(join(worktree.path, 'docs/guide.md')), true, "also after the worker's own git");
  });
}

test('measures line endings as git would commit them', async (t) => {
  const made = await makeRepository(t);
  made.git('config', 'core.autocrlf', 'true');
  made.git('config', 'core.safecrlf', 'true');
  const { worktree } = await made.begin();
  const file = join(worktree.path, 'src/app.py');
  assert.equal(await readFile(file, 'utf8'), 'print(1)\r\n');
  await writeFile(file, 'print(1)\n');
  assert.deepEqual((await made.workspace.measure(worktree)).changes, []);
  await writeFile(file, 'print(2)\nprint(3)\r\n');
  const { tree } = await made.workspace.measure(worktree);
  assert.equal(made.git('cat-file', 'blob', `${tree}:src/app.py`), 'print(2)\nprint(3)');
});

test('respects core.fileMode=false', async (t) => {
  const made = await makeRepository(t);
  made.git('config', 'core.fileMode', 'false');
  const { worktree } = await made.begin();
  await chmod(join(worktree.path, 'src/tool.sh'), 0o755);
  assert.deepEqual((await made.workspace.measure(worktree)).changes, []);
});

test('says what to do when a content filter is not installed', async (t) => {
  const made = await makeRepository(t);
  await made.write('.gitattributes', '*.bin filter=lfs\n');
  await made.write('big.bin', 'version https://git-lfs.github.com/spec/v1\n');
  made.git('add', '--all');
  made.git('commit', '--quiet', '--message', 'pointer');
  made.git('config', 'filter.lfs.smudge', 'reeve-test-no-such-program');
  made.git('config', 'filter.lfs.required', 'true');
  await assert.rejects(made.begin(), { code: 'GIT_FAILED', hint: /filter/ });
});

test('checks out pointers as they are where no filter is configured', async (t) => {
  const made = await makeRepository(t);
  await made.write('.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n');
  await made.write('big.bin', 'version https://git-lfs.github.com/spec/v1\n');
  made.git('add', '--all');
  made.git('commit', '--quiet', '--message', 'pointer');
  assert.deepEqual(await cycle(made), edited);
});

test('refuses a repository without a commit, and says how to make one', async (t) => {
  const { workspace, root } = await makeRepository(t, { empty: true });
  await assert.rejects(workspace.inspect(root), { code: 'REPOSITORY_EMPTY', hint: /git commit/ });
});

test('refuses a folder that is no repository, does not exist, is bare, or is a .git folder', async (t) => {
  const { workspace, root, state, gitIn } = await makeRepository(t);
  gitIn(state, 'init', '--quiet', '--bare', 'bare.git');
  await assert.rejects(workspace.inspect(state), { code: 'NOT_A_REPOSITORY', hint: /git init/ });
  await assert.rejects(workspace.inspect(join(state, 'none')), { code: 'NOT_A_REPOSITORY' });
  await assert.rejects(workspace.inspect(join(state, 'bare.git')), {
    code: 'NOT_A_REPOSITORY',
    message: /bare/,
  });
  await assert.rejects(workspace.inspect(join(root, '.git')), {
    code: 'NOT_A_REPOSITORY',
    message: /\.git folder/,
  });
});

test(
  'says what to do when the repository belongs to another user',
  { skip: process.getuid?.() === 0 ? false : 'needs root to give a folder away' },
  async (t) => {
    const { workspace, root, git } = await makeRepository(t);
    const { chown } = await import('node:fs/promises');
    git('config', '--global', 'safe.directory', '');
    await chown(root, 65534, 65534);
    await chown(join(root, '.git'), 65534, 65534);
    await assert.rejects(workspace.inspect(root), { code: 'GIT_FAILED', hint: /safe\.directory/ });
  },
);

test(
  'says what to do when the .git folder is read-only',
  { skip: process.getuid?.() === 0 ? 'root may write anywhere' : process.platform === 'win32' },
  async (t) => {
    const made = await makeRepository(t);
    await chmod(join(made.root, '.git'), 0o500);
    try {
      await assert.rejects(made.begin(), { code: 'GIT_FAILED', hint: /write into the \.git folder/ });
    } finally {
      await chmod(join(made.root, '.git'), 0o700);
    }
  },
);

test('says what to do when an object is missing', async (t) => {
  const { workspace, root, state } = await makeRepository(t);
  const repository = await workspace.inspect(root);
  const missing = 'a'.repeat(40);
  await assert.rejects(
    workspace.prepare({ repository, path: join(state, 'w'), baseCommit: missing, startTree: missing }),
    { code: 'GIT_FAILED', hint: /fetch/ },
  );
  await assert.rejects(stat(join(state, 'w')), { code: 'ENOENT' });
});

test('tells a missing git from a missing folder', async (t) => {
  const { root, hostEnv, workspace, begin } = await makeRepository(t);
  const without = createWorkspace({ hostEnv, gitPath: '/no/such/git' });
  await assert.rejects(without.inspect(root), { code: 'GIT_MISSING', hint: /Install git/ });
  const { repository, worktree } = await begin();
  await workspace.remove({ repository, path: worktree.path });
  await assert.rejects(workspace.measure(worktree), { code: 'GIT_FAILED', message: /no such folder/ });
});

test('inherits nothing of the daemon that could redirect git', async (t) => {
  const made = await makeRepository(t);
  const hostile = createWorkspace({
    hostEnv: {
      ...made.hostEnv,
      GIT_DIR: '/nowhere',
      GIT_INDEX_FILE: join(made.state, 'stray-index'),
      GIT_WORK_TREE: '/nowhere',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'user.name',
      GIT_CONFIG_VALUE_0: 'x',
      GIT_OBJECT_DIRECTORY: '/nowhere',
    },
  });
  assert.deepEqual(await cycle({ ...made, workspace: hostile }), edited);
  assert.equal(existsSync(join(made.state, 'stray-index')), false);
});
