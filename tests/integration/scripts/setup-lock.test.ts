import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { withSetupLock } from '../../../scripts/setup-lock.mjs';

async function createFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-setup-lock-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('lets one set-up work at a time', async (t) => {
  const folder = await createFolder(t);
  let working = 0;
  const seen: number[] = [];
  const work = async () => {
    working += 1;
    seen.push(working);
    await sleep(300); // longer than a waiter sleeps between two looks
    working -= 1;
  };
  await Promise.all([1, 2, 3].map(() => withSetupLock(folder, work)));
  assert.deepEqual(seen, [1, 1, 1]);
});

test('takes over the lock of a process that died', async (t) => {
  const folder = await createFolder(t);
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  await writeFile(join(folder, '.setup.lock'), `${pid}@${hostname()}`);
  assert.equal(await withSetupLock(folder, async () => 'done'), 'done');
});

test('leaves nothing behind, not even after a failure', async (t) => {
  const folder = await createFolder(t);
  await assert.rejects(
    withSetupLock(folder, () => Promise.reject(new Error('no network'))),
    /no network/,
  );
  assert.deepEqual(await readdir(folder), []);
});
