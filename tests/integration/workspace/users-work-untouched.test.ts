import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { lstat, mkdir, readFile, readdir, readlink, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { branchName, snapshotRef } from '../../../daemon/workspace/ref-name.ts';
import { makeRepository } from './git-repository.ts';

const HOOKS = [
  'applypatch-msg',
  'commit-msg',
  'fsmonitor-watchman',
  'post-applypatch',
  'post-checkout',
  'post-commit',
  'post-index-change',
  'post-merge',
  'post-rewrite',
  'pre-auto-gc',
  'pre-commit',
  'pre-merge-commit',
  'prepare-commit-msg',
  'reference-transaction',
];

/** Every file under a folder with its mode, time and content, but for what is named. */
async function fingerprint(folder: string, left: RegExp, path = ''): Promise<Record<string, string>> {
  const prints: Record<string, string> = {};
  for (const name of await readdir(join(folder, path))) {
    const inside = path === '' ? name : `${path}/${name}`;
    if (left.test(inside)) continue;
    const found = await lstat(join(folder, inside));
    if (found.isDirectory()) {
      Object.assign(prints, await fingerprint(folder, left, inside));
      continue;
    }
    const content = found.isSymbolicLink()
      ? Buffer.from(await readlink(join(folder, inside)))
      : await readFile(join(folder, inside));
    prints[inside] = `${found.mode} ${found.mtimeMs} ${createHash('sha256').update(content).digest('hex')}`;
  }
  return prints;
}

test("leaves the user's branch, HEAD, index, stash and files exactly as they were, and runs no hook", async (t) => {
  const { git, write, workspace, begin, root, state } = await makeRepository(t);
  await write('src/app.py', 'print("stashed")\n');
  git('stash', '--quiet');
  await write('staged.txt', 'staged\n');
  git('add', 'staged.txt');
  await write('README.md', 'being edited\n');
  await write('untracked.txt', 'mine\n');
  const mark = join(state, 'hook-ran');
  await mkdir(join(root, '.git/hooks'), { recursive: true });
  for (const hook of HOOKS) {
    await writeFile(join(root, '.git/hooks', hook), `#!/bin/sh\necho ${hook} >>'${mark}'\n`, { mode: 0o755 });
  }
  // What a cycle may add: objects, Reeve's own refs, and the log of its branch.
  const own = /^\.git\/(objects$|(logs\/)?refs\/(heads\/)?reeve$)/;
  const before = await fingerprint(root, own);
  const refsBefore = git('for-each-ref');
  const digestBefore = await workspace.controlDigest(await workspace.inspect(root));

  const { repository, worktree } = await begin();
  await writeFile(join(worktree.path, 'src/app.py'), 'print(2)\n');
  const measured = await workspace.measure(worktree);
  const kept = {
    repository,
    tree: measured.tree,
    baseCommit: worktree.baseCommit,
    time: '2026-01-02T03:04:05.678Z',
  };
  const snapshot = snapshotRef('T', 'A_1');
  await workspace.snapshot({ ...kept, ref: snapshot, message: 'wip' });
  const branch = branchName('T', 'T_1');
  await workspace.commit({ ...kept, branch, message: 'done' });
  await workspace.writePatch(worktree, measured.tree, join(state, 'x.patch'));
  await workspace.remove({ repository, path: worktree.path });

  assert.deepEqual(await fingerprint(root, own), before);
  assert.deepEqual(await workspace.controlDigest(repository), digestBefore);
  const ours = (line: string): boolean => line.includes(`refs/heads/${branch}`) || line.includes(snapshot);
  const refsAfter = git('for-each-ref').split('\n');
  assert.equal(refsAfter.filter(ours).length, 2);
  assert.equal(refsAfter.filter((line) => !ours(line)).join('\n'), refsBefore);
  await assert.rejects(stat(mark), { code: 'ENOENT' }, 'no hook ran');
  git('fsck', '--strict');
});
