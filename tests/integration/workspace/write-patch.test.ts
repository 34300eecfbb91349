import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { makeRepository } from './git-repository.ts';

test('writes a patch that rebuilds the exact tree', { skip: process.platform === 'win32' }, async (t) => {
  const { begin, workspace, gitIn, git, root, state, write } = await makeRepository(t);
  const clone = join(state, 'clone');
  gitIn(state, 'clone', '--quiet', root, clone);
  git('config', 'diff.noprefix', 'true');
  git('config', 'color.ui', 'always');
  git('config', 'diff.external', 'false');
  await write('.git/info/attributes', '*.py diff=odd\n*.sh diff=lossy\nREADME.md diff=lossy\n');
  git('config', 'diff.odd.command', 'echo not a patch');
  git('config', 'diff.lossy.textconv', 'echo lost');
  const { worktree } = await begin();
  const at = (path: string): string => join(worktree.path, path);
  await writeFile(at('binary.bin'), randomBytes(5000));
  await writeFile(at('no newline'), 'end');
  await writeFile(at('ünï\n"x"'), 'named\n');
  await symlink('src/app.py', at('link'));
  await chmod(at('src/tool.sh'), 0o755);
  await rename(at('src/app.py'), at('src/main.py'));
  await rm(at('README.md'));
  const { tree } = await workspace.measure(worktree);
  const file = join(state, 'work.patch');
  await workspace.writePatch(worktree, tree, file);

  assert.match(await readFile(file, 'latin1'), /^index [0-9a-f]{40}\.\.0{40}$/m);
  // A clone has none of the new objects: all there is must be in the patch.
  gitIn(clone, 'apply', '--index', file);
  assert.equal(gitIn(clone, 'write-tree'), tree);
});

test('writes an empty patch for no change', async (t) => {
  const { begin, workspace, state } = await makeRepository(t);
  const { repository, worktree } = await begin();
  await workspace.writePatch(worktree, repository.headTree, join(state, 'empty.patch'));
  assert.equal(await readFile(join(state, 'empty.patch'), 'utf8'), '');
});

test('leaves no half of a patch behind', async (t) => {
  const { begin, workspace, state } = await makeRepository(t);
  const { worktree } = await begin();
  await assert.rejects(workspace.writePatch(worktree, 'a'.repeat(40), join(state, 'x.patch')), {
    code: 'GIT_FAILED',
  });
  assert.deepEqual(await readdir(state), ['worktrees']);
});
