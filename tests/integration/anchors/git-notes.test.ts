import assert from 'node:assert/strict';
import { chmod, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readGitNotes, writeGitNote } from '../../../daemon/anchors/git-notes.ts';
import { createTestKey, LOG_ID, someCheckpoint } from '../../helpers/checkpoints.ts';
import { createRepo } from '../../helpers/repo-fixture.ts';

const key = createTestKey();

describe('git notes', () => {
  it('come back as they were put on a commit, with the commit and the time', async (t) => {
    const { root, hostEnv, git } = await createRepo(t);
    const commit = git('rev-parse', 'HEAD');
    const checkpoint = someCheckpoint(7);
    const before = Math.floor(Date.now() / 1000) * 1000;
    await writeGitNote({ repository: root, env: hostEnv, commit, note: key.signNote(checkpoint) });
    assert.equal(git('notes', '--ref=reeve', 'show', commit), key.signNote(checkpoint).trim());
    const { anchors, notes } = await readGitNotes({ repository: root, env: hostEnv });
    assert.deepEqual(notes, []);
    assert.deepEqual(
      anchors.map(({ kind, by, checkpoint: found }) => ({ kind, by, found })),
      [{ kind: 'git_note', by: commit.slice(0, 12), found: checkpoint }],
    );
    assert.match(anchors[0]?.time ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.ok(Date.parse(anchors[0]?.time ?? '') >= before);
  });

  it('that were replaced are found in the history of the ref, the newest first', async (t) => {
    const { root, hostEnv, git } = await createRepo(t);
    const commit = git('rev-parse', 'HEAD');
    for (const size of [3, 9]) {
      const note = key.signNote(someCheckpoint(size));
      await writeGitNote({ repository: root, env: hostEnv, commit, note });
    }
    const { anchors } = await readGitNotes({ repository: root, env: hostEnv });
    assert.deepEqual(
      anchors.map(({ checkpoint }) => checkpoint.size),
      [9, 3],
    );
  });

  it('that say something else, or are too large, are passed over', async (t) => {
    const { root, hostEnv, git, home } = await createRepo(t);
    const commits = ['a', 'b', 'c'].map((name) => {
      git('commit', '--quiet', '--allow-empty', '--message', name);
      return git('rev-parse', 'HEAD');
    });
    const signed = key.signNote(someCheckpoint(4));
    git('notes', '--ref=reeve', 'add', '-m', 'looks good to me', commits[0] ?? '');
    await writeFile(join(home, 'large'), `${'x'.repeat(17_000_000)}\n${signed}`);
    git('notes', '--ref=reeve', 'add', '-F', join(home, 'large'), commits[1] ?? '');
    await writeGitNote({ repository: root, env: hostEnv, commit: commits[2] ?? '', note: signed });
    const { anchors } = await readGitNotes({ repository: root, env: hostEnv });
    assert.deepEqual(
      anchors.map(({ checkpoint }) => checkpoint.size),
      [4],
    );
  });

  it('are nothing to speak of in a repository without any, or in a folder that is none', async (t) => {
    const { root, home, hostEnv } = await createRepo(t);
    for (const repository of [root, home]) {
      assert.deepEqual(await readGitNotes({ repository, env: hostEnv }), {
        anchors: [],
        notes: [],
        failures: [],
      });
    }
  });

  it('are said to be unread where git is missing, and cannot be written', async (t) => {
    const { root, home, git } = await createRepo(t);
    const env = { PATH: home, HOME: home };
    const { anchors, notes } = await readGitNotes({ repository: root, env });
    assert.deepEqual(anchors, []);
    assert.match(notes.join(), /git is not installed/);
    const commit = git('rev-parse', 'HEAD');
    const note = key.signNote(someCheckpoint(1));
    await assert.rejects(writeGitNote({ repository: root, env, commit, note }), { code: 'GIT_MISSING' });
  });

  it('are refused outside of a repository, and on what is no commit id', async (t) => {
    const { home, root, hostEnv, git } = await createRepo(t);
    const wanted = { env: hostEnv, commit: git('rev-parse', 'HEAD'), note: key.signNote(someCheckpoint(1)) };
    await assert.rejects(writeGitNote({ ...wanted, repository: home }), { code: 'GIT_FAILED' });
    await assert.rejects(writeGitNote({ ...wanted, repository: root, commit: '--help' }), { code: 'BUG' });
  });

  it('run no program that the repository names, and heed no inherited GIT_DIR', async (t) => {
    const { root, home, hostEnv, git, write } = await createRepo(t);
    const commit = git('rev-parse', 'HEAD');
    const mark = join(home, 'ran');
    const hook = join(root, 'reference-transaction');
    await write('reference-transaction', `#!/bin/sh\ntouch ${mark}\n`);
    await chmod(hook, 0o755);
    git('config', 'core.hooksPath', root);
    git('config', 'core.fsmonitor', hook);
    const env = { ...hostEnv, GIT_DIR: home, GIT_EXTERNAL_DIFF: hook };
    await writeGitNote({ repository: root, env, commit, note: key.signNote(someCheckpoint(2, LOG_ID)) });
    assert.equal((await readGitNotes({ repository: root, env })).anchors.length, 1);
    await assert.rejects(stat(mark), { code: 'ENOENT' });
    git('update-ref', 'refs/notes/other', 'HEAD');
    await stat(mark);
  });
});
