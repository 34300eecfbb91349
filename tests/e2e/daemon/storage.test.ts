import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  createProject,
  eventually,
  GREET,
  openDaemon,
  packOf,
  type DaemonFixture,
  type ProjectFixture,
} from '../../helpers/daemon-fixture.ts';
import { findPowerlessUser, spawnDaemon } from '../../helpers/daemon-process.ts';

/** Puts a file system of 2 MiB over a folder while something is done; false where this is not allowed. */
async function withSmallDisk(folder: string, use: () => Promise<void>): Promise<boolean> {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=755', 'tmpfs', folder], { stdio: 'pipe' });
  } catch {
    return false;
  }
  try {
    await use();
  } finally {
    execFileSync('umount', ['--lazy', folder]);
  }
  return true;
}

/** Writes until not a byte more goes in; answers the file that takes all the room. */
async function fill(folder: string): Promise<string> {
  const file = join(folder, 'filler');
  for (const size of [65_536, 1024, 1]) {
    for (let isFull = false; !isFull;) {
      isFull = await writeFile(file, Buffer.alloc(size), { flag: 'a' }).then(
        () => false,
        () => true,
      );
    }
  }
  return file;
}

test('on a full disk a pack stays in the inbox, the error says why, and it is done once there is room', async (t) => {
  const project = await createProject(t, { workers: { greet: GREET } });
  await mkdir(project.workflow);
  const isDone = await withSmallDisk(project.workflow, async () => {
    const daemon = await openDaemon(project);
    try {
      await fillAndFree(project, daemon);
    } finally {
      await daemon.close('the disk is to go');
    }
    assert.equal((await project.task('T-1')).final_status, 'accepted');
    assert.equal((await project.task('T-2')).final_status, 'accepted');
    await project.assertVerified();
  });
  if (!isDone) t.skip('no file system can be mounted here');
});

async function fillAndFree(project: ProjectFixture, daemon: DaemonFixture): Promise<void> {
  const inbox = join(project.workflow, 'default/inbox');
  await mkdir(inbox, { recursive: true });
  // Large, and bad in many ways: neither the one nor the list of the other's problems fits into a block that comes free.
  const large = packOf({ task_id: 'T-2', description: 'long '.repeat(9000) });
  const bad = packOf({ allowed_paths: Array.from({ length: 300 }, (_, index) => `../${index}`) });
  await writeFile(join(inbox, 'second.tmp'), JSON.stringify(large));
  await writeFile(join(inbox, 'third.tmp'), JSON.stringify(bad));
  await writeFile(join(inbox, 'first.json'), JSON.stringify(packOf()));
  await daemon.event('task.closed');
  await daemon.settled();
  const filler = await fill(project.workflow);
  for (const name of ['second', 'third'])
    await rename(join(inbox, `${name}.tmp`), join(inbox, `${name}.json`));
  const left = () => daemon.logged.filter(({ msg }) => msg === 'a dropped file was left where it lies');
  await eventually(() => left().length === 2 || undefined, 'two complaints');
  for (const line of left()) {
    assert.match(JSON.stringify(line['err']), /ENOSPC/);
    assert.match(String(line['hint']), /disk space/);
  }
  assert.deepEqual((await readdir(inbox)).toSorted(), ['second.json', 'third.json']);
  await rm(filler);
  // As a person would who wonders whether anybody saw it; it is also tried again by itself after a while.
  for (const name of ['second.json', 'third.json']) await utimes(join(inbox, name), 1, 1);
  await daemon.event('task.closed', ({ task_id }) => task_id === 'T-2');
  await daemon.event('pack.refused');
  await eventually(async () => (await readdir(inbox)).length === 0 || undefined, 'an empty inbox');
}

test('in an inbox that is read-only a pack is still done, once, and what cannot be moved away is not recorded as moved', async (t) => {
  const uid = findPowerlessUser();
  if (uid === null && process.getuid?.() === 0) return t.skip('root is stopped by no permission');
  const project = await createProject(t, { workers: { greet: GREET } });
  const inbox = join(project.workflow, 'default/inbox');
  await project.drop(packOf(), { name: 'good.json' });
  await project.drop('{}', { name: 'bad.json' });
  await chmod(inbox, 0o555);
  if (uid !== null) execFileSync('chown', ['-R', `${uid}:${uid}`, project.home]);
  const daemon = await spawnDaemon(project, uid === null ? {} : { uid });
  await daemon.saw('task.closed');
  await daemon.kill('SIGTERM');
  assert.deepEqual((await readdir(inbox)).toSorted(), ['bad.json', 'good.json']);
  assert.deepEqual(await readdir(join(project.workflow, 'default/rejected')), []);
  await chmod(inbox, 0o755);
  const next = await spawnDaemon(project, uid === null ? {} : { uid });
  await next.saw('pack.refused');
  await eventually(async () => (await readdir(inbox)).length === 0 || undefined, 'an empty inbox');
  await next.kill('SIGTERM');
  const events = await project.taskEvents('T-1');
  assert.equal(events.filter(({ type }) => type === 'attempt.started').length, 1);
  assert.equal(events.at(-1)?.type, 'task.closed');
});
