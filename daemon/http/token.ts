import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, mkdir, open, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';

const TOKEN = /^[0-9a-f]{64}$/;

/** Creating a hard link is not possible on every file system; these codes say so. */
const LINKS_UNSUPPORTED: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
]);

/**
 * Reads the bearer token of a daemon, making it first if there is none: 32 random bytes in hexadecimal, mode 0600.
 *
 * @throws ReeveError CONFIG_INVALID when the file is not this user's private, regular token file
 */
export async function ensureToken(file: string): Promise<string> {
  const existing = await readToken(file);
  if (existing !== null) return existing;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await createToken(file);
  const created = await readToken(file);
  if (created === null)
    throw new ReeveError('IO_FAILED', `The token file ${file} vanished while it was made.`);
  return created;
}

/**
 * Reads a token file; null when there is none.
 *
 * @throws ReeveError CONFIG_INVALID as `ensureToken` does
 */
export async function readToken(file: string): Promise<string | null> {
  const handle = await openRegular(file);
  if (handle === null) return null;
  try {
    await assertPrivate(handle, file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(128), 0, 128, 0);
    const token = buffer.toString('latin1', 0, bytesRead).trimEnd();
    if (!TOKEN.test(token))
      throw refusal(file, 'does not hold a token', 'Remove it; the daemon makes a new one.');
    return token;
  } finally {
    await handle.close();
  }
}

/** Compares a presented token with the daemon's in a time that tells nothing about either. */
export function isToken(presented: string, token: string): boolean {
  return timingSafeEqual(sha256(presented), sha256(token));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

async function openRegular(file: string): Promise<FileHandle | null> {
  try {
    const entry = await lstat(file);
    if (!entry.isFile()) {
      throw refusal(
        file,
        'is not a regular file',
        'Remove it (it may be a symbolic link); the daemon makes a new one.',
      );
    }
    // Threat: the file is swapped for a link or a FIFO between the two calls; O_NOFOLLOW and O_NONBLOCK are 0 on Windows.
    return await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (error instanceof ReeveError) throw error;
    if (codeOf(error) === 'ENOENT') return null;
    throw new ReeveError('IO_FAILED', `The token file ${file} cannot be read.`, { cause: error });
  }
}

/** Windows has no mode bits; there the user's profile folder is what keeps others out. */
async function assertPrivate(handle: FileHandle, file: string): Promise<void> {
  if (process.platform === 'win32') return;
  const { mode, uid } = await handle.stat();
  if (uid !== process.getuid?.()) {
    throw refusal(file, 'belongs to another user', 'Remove it; the daemon makes a new one.');
  }
  if ((mode & 0o077) !== 0) {
    throw refusal(
      file,
      'can be read by others',
      `chmod 600 '${file}', or better remove it: the token may be known.`,
    );
  }
}

function refusal(file: string, reason: string, hint: string): ReeveError {
  return new ReeveError('CONFIG_INVALID', `The token file ${file} ${reason}.`, { hint });
}

/** Invariant: the name appears with its whole content or not at all, and never replaces another daemon's token. */
async function createToken(file: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(`${randomBytes(32).toString('hex')}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await publish(draft, file);
  } catch (error) {
    throw new ReeveError('IO_FAILED', `The token file ${file} cannot be written.`, { cause: error });
  }
}

async function publish(draft: string, file: string): Promise<void> {
  try {
    await link(draft, file);
  } catch (error) {
    if (LINKS_UNSUPPORTED.has(codeOf(error))) return rename(draft, file);
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  await unlink(draft);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
