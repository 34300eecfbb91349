import assert from 'node:assert/strict';
import { chmod, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { makeRepository } from './git-repository.ts';
import type { TestRepository } from './git-repository.ts';

interface Scene {
  readonly made: TestRepository;
  readonly gitDir: string;
  /** Path of an attempt's worktree. */
  readonly worktree: string;
}

/** The names whose digest differs after `act`. */
async function differences(made: TestRepository, act: (scene: Scene) => unknown): Promise<readonly string[]> {
  await made.write('.git/hooks/dormant', '#!/bin/sh\n');
  const { repository, worktree } = await made.begin();
  const before = await made.workspace.controlDigest(repository);
  await act({ made, gitDir: repository.gitDir, worktree: worktree.path });
  const after = await made.workspace.controlDigest(repository);
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]).toSorted();
}

const write =
  (path: string, content: string, mode = 0o644) =>
  ({ gitDir }: Scene) =>
    writeFile(join(gitDir, path), content, { mode });

const acts: Readonly<Record<string, readonly [name: string, act: (scene: Scene) => unknown]>> = {
  'a setting': ['config', ({ made }) => made.git('config', 'core.pager', 'evil')],
  'a new hook': ['hooks/pre-push', write('hooks/pre-push', '#!/bin/sh\n', 0o755)],
  'a hook woken by its mode': ['hooks/dormant', ({ gitDir }) => chmod(join(gitDir, 'hooks/dormant'), 0o700)],
  'a sample that became a hook': [
    'hooks/update',
    ({ gitDir }) => rename(join(gitDir, 'hooks/update.sample'), join(gitDir, 'hooks/update')),
  ],
  'a hook replaced by a link': [
    'hooks/post-merge',
    ({ gitDir }) => symlink('/tmp/elsewhere', join(gitDir, 'hooks/post-merge')),
  ],
  'an exclusion': ['info/exclude', write('info/exclude', 'secret\n')],
  'an attribute': ['info/attributes', write('info/attributes', '* -diff\n')],
  'a graft': ['info/grafts', write('info/grafts', '')],
  'an alternate object store': [
    'objects/info/alternates',
    write('objects/info/alternates', '/tmp/elsewhere\n'),
  ],
};

for (const [what, [expected, act]] of Object.entries(acts)) {
  test(`names ${what}`, { skip: process.platform === 'win32' }, async (t) => {
    const found = await differences(await makeRepository(t), act);
    assert.deepEqual(found, [expected]);
  });
}

test('does not mind work in the worktree, refs of its own, a fetch, or packing', async (t) => {
  const made = await makeRepository(t);
  made.git('tag', '--annotate', '--message', 'x', 'v1');
  const found = await differences(made, async ({ worktree }) => {
    await writeFile(join(worktree, 'README.md'), 'changed\n');
    made.gitIn(worktree, 'commit', '--quiet', '--all', '--message', 'in the worktree');
    made.git('update-ref', 'refs/heads/reeve/T/T_1', 'HEAD');
    made.git('update-ref', 'refs/reeve/wip/T/A_1', 'HEAD');
    made.git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    made.git('pack-refs', '--all');
  });
  assert.deepEqual(found, []);
});

test('digests a folder or pipe in the place of a control file without reading it', async (t: TestContext) => {
  const { workspace, root } = await makeRepository(t);
  const repository = await workspace.inspect(root);
  await rename(join(repository.gitDir, 'info/exclude'), join(repository.gitDir, 'info/kept'));
  await mkdir(join(repository.gitDir, 'info/exclude'));
  assert.equal((await workspace.controlDigest(repository))['info/exclude'], 'not a file');
});
