import { closeSync, constants, fstatSync, ftruncateSync, lstatSync, readFileSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import { openPlainFile } from './plain-file.ts';

/** The right to write a data root; the kernel takes it back when the process ends, however it ends. */
export interface KernelLock {
  /** Idempotent. */
  release(): void;
}

/** What the lock file says of its holder: for messages only, as a file left behind says it too. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** RFC 3339. */
  readonly started: string;
}

/**
 * Takes the exclusive kernel lock of a data root, without waiting.
 *
 * Only the lock decides: a `.lock` file that a crash left behind holds nobody up.
 *
 * @param started RFC 3339, written for the messages of others
 * @throws ReeveError LEDGER_LOCKED naming the holder; IO_FAILED where the system has no such lock
 */
export async function takeKernelLock(root: string, started: string): Promise<KernelLock> {
  const tryLock = await loadTryLock();
  const path = join(root, '.lock');
  const { fd } = openPlainFile(path, constants.O_RDWR | constants.O_CREAT);
  try {
    // Windows locks are mandatory: one byte far beyond the text keeps the holder's name readable.
    const isGranted = process.platform === 'win32' ? tryLock(fd, 2 ** 30, 1) : tryLock(fd);
    // Threat: whoever deletes the file while it is locked would let a second writer lock a new one.
    if (!isGranted || fstatSync(fd).ino !== lstatSync(path).ino) throw lockedBy(readHolder(path));
    ftruncateSync(fd);
    writeSync(fd, `${JSON.stringify({ pid: process.pid, host: hostname(), started })}\n`, 0);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return { release: once(() => closeSync(fd)) };
}

async function loadTryLock(): Promise<typeof import('fs-native-extensions').tryLock> {
  try {
    const module = await import('fs-native-extensions');
    return module.tryLock;
  } catch (cause) {
    throw new ReeveError(
      'IO_FAILED',
      `Kernel file locks do not work on ${process.platform}-${process.arch}.`,
      {
        cause,
        hint: 'Without them two writers could meet, so the ledger stays closed; reading and `reeve verify` work.',
      },
    );
  }
}

function readHolder(path: string): LockHolder | null {
  try {
    const holder: unknown = JSON.parse(readFileSync(path, 'utf8').slice(0, 1000));
    return isHolder(holder) ? holder : null;
  } catch {
    return null;
  }
}

function isHolder(value: unknown): value is LockHolder {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, host, started } = value as Readonly<Record<string, unknown>>;
  return typeof pid === 'number' && typeof host === 'string' && typeof started === 'string';
}

function lockedBy(holder: LockHolder | null): ReeveError {
  const who = holder === null ? 'another process' : `process ${holder.pid} on ${holder.host}`;
  const since = holder === null ? '' : ` since ${holder.started}`;
  return new ReeveError('LEDGER_LOCKED', `The ledger is in use by ${who}${since}.`, {
    hint: 'Only one process writes a ledger: let the daemon do it, or stop it with `reeve stop`.',
    ...(holder === null ? {} : { details: { ...holder } }),
  });
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    action();
  };
}
