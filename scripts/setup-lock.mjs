import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from './run-entry.mjs';

const POLL_MS = 200;
const PATIENCE_MS = 10 * 60_000;

/**
 * Runs `work` while no other process installs or builds in the same checkout.
 *
 * The lock is a file naming its holder, because nothing else is at hand before the packages are installed. A lock
 * whose holder died on this machine is taken over; one held for longer than ten minutes is reported, never stolen.
 *
 * @template T
 * @param {string} repository top folder of the checkout.
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withSetupLock(repository, work) {
  const path = join(repository, '.setup.lock');
  await acquire(path);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** @param {string} path */
async function acquire(path) {
  const deadline = Date.now() + PATIENCE_MS;
  for (let announced = false; !(await tryCreate(path)); announced = true) {
    const holder = await readHolder(path);
    if (holder !== undefined && isGone(holder)) {
      await takeAway(path, holder);
      continue;
    }
    if (Date.now() > deadline) {
      throw new SetupError(
        `${path} is still held by ${holder ?? 'nobody named'}. If no set-up runs, delete it.`,
      );
    }
    if (!announced)
      console.error(`reeve: waiting for another set-up of this checkout (${holder ?? 'starting'})`);
    await sleep(POLL_MS);
  }
}

/** @param {string} path */
async function tryCreate(path) {
  try {
    await writeFile(path, `${process.pid}@${hostname()}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** @param {string} path */
async function readHolder(path) {
  try {
    return (await readFile(path, 'utf8')) || undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** @param {string} holder `pid@host` */
function isGone(holder) {
  const [pid, host] = holder.split('@');
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return hasCode(error, 'ESRCH');
  }
}

/**
 * Removes a dead holder's lock. Two waiters may both see the dead holder: the slower one would then remove the
 * quicker one's fresh lock, so what was moved away is read again and put back when it is not the dead one's.
 *
 * @param {string} path
 * @param {string} holder
 */
async function takeAway(path, holder) {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
    if ((await readHolder(aside)) === holder) await rm(aside, { force: true });
    else await rename(aside, path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 */
function hasCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code;
}
