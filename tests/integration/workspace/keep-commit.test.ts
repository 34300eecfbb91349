import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { makeRepository } from './git-repository.ts';

const time = '2026-01-02T03:04:05.678Z';

async function withWork(t: TestContext) {
  const made = await makeRepository(t);
  const { repository, worktree } = await made.begin();
  await writeFile(join(worktree.path, 'src/app.py'), 'print(2)\n');
  const { tree } = await made.workspace.measure(worktree);
  const work = {
    repository,
    tree,
    baseCommit: worktree.baseCommit,
    time,
    message: 'Say two\n\nWith a body — ünï.\n',
  };
  return { ...made, worktree, work };
}

test('commits exactly the measured tree on the base commit, under a fixed identity', async (t) => {
  const { workspace, work, git } = await withWork(t);
  const commit = await workspace.commit({ ...work, branch: 'reeve/T/T_1' });
  assert.equal(git('rev-parse', 'refs/heads/reeve/T/T_1'), commit);
  assert.equal(
    git('cat-file', 'commit', commit),
    [
      `tree ${work.tree}`,
      `parent ${work.baseCommit}`,
      'author Reeve <reeve@localhost> 1767323045 +0000',
      'committer Reeve <reeve@localhost> 1767323045 +0000',
      '',
      'Say two',
      '',
      'With a body — ünï.',
    ].join('\n'),
  );
});

test('gives the same commit when repeated, whatever the user configured', async (t) => {
  const { workspace, work, git } = await withWork(t);
  const first = await workspace.commit({ ...work, branch: 'reeve/T/T_1' });
  git('config', 'commit.gpgSign', 'true');
  git('config', 'gpg.program', 'false');
  git('config', 'i18n.commitEncoding', 'latin1');
  assert.equal(await workspace.commit({ ...work, branch: 'reeve/T/T_1' }), first);
  assert.equal(await workspace.snapshot({ ...work, ref: 'refs/reeve/wip/T/A_1' }), first);
});

test('refuses to move a branch that is at something else', async (t) => {
  const { workspace, work, git } = await withWork(t);
  git('branch', 'reeve/T/T_1', work.baseCommit);
  await assert.rejects(workspace.commit({ ...work, branch: 'reeve/T/T_1' }), {
    code: 'CONFLICT',
    message: /refs\/heads\/reeve\/T\/T_1 already exists/,
  });
  assert.equal(git('rev-parse', 'reeve/T/T_1'), work.baseCommit);
});

test('refuses to move a snapshot, or to follow a link to the branch of the user', async (t) => {
  const { workspace, work, git } = await withWork(t);
  git('symbolic-ref', 'refs/reeve/wip/T/A_1', 'refs/heads/main');
  await assert.rejects(workspace.snapshot({ ...work, ref: 'refs/reeve/wip/T/A_1' }), { code: 'CONFLICT' });
  assert.equal(git('rev-parse', 'main'), work.baseCommit);
});

test('says which branch stands in the way', async (t) => {
  const { workspace, work, git } = await withWork(t);
  git('branch', 'reeve');
  await assert.rejects(workspace.commit({ ...work, branch: 'reeve/T/T_1' }), {
    code: 'CONFLICT',
    message: /because refs\/heads\/reeve exists/,
    hint: /rename/,
  });
});

test('keeps the work reachable when the worktree is gone and the repository is pruned', async (t) => {
  const { workspace, work, worktree, git } = await withWork(t);
  const commit = await workspace.snapshot({ ...work, ref: 'refs/reeve/wip/T/A_1' });
  await workspace.remove({ repository: work.repository, path: worktree.path });
  git('gc', '--quiet', '--prune=now');
  assert.equal(git('show', `${commit}:src/app.py`), 'print(2)');
});

test('refuses an id that is no object id', async (t) => {
  const { workspace, work } = await withWork(t);
  await assert.rejects(workspace.commit({ ...work, tree: '--help', branch: 'reeve/T/T_1' }), { code: 'BUG' });
});
