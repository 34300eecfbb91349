import { closeSync, constants, fstatSync, lstatSync, openSync, type Stats } from 'node:fs';
import { ReeveError } from '../../protocol/errors.ts';

/**
 * Opens a regular file that nothing else can reach or redirect.
 *
 * Threat: whoever can write the folder could put a symbolic link, a hard link, a FIFO or a device in a log's place, so
 * that the daemon writes somewhere else or waits for ever.
 *
 * @param flags of `node:fs` constants; a file that is made gets mode 0644
 * @throws ReeveError LEDGER_DAMAGED for anything that is no plain file, NOT_FOUND, IO_FAILED
 */
export function openPlainFile(path: string, flags: number): { readonly fd: number; readonly stats: Stats } {
  // Systems without O_NOFOLLOW (Windows) are checked by name, and by inode below: elsewhere a log may be renamed meanwhile.
  const before = lstatSync(path, { throwIfNoEntry: false });
  if (before !== undefined && !isPlain(before)) throw notPlain(path);
  const fd = openFile(path, flags | NO_FOLLOW | NON_BLOCKING);
  const stats = fstatSync(fd);
  const isSame = NO_FOLLOW !== 0 || before === undefined || before.ino === stats.ino;
  if (isPlain(stats) && isSame) return { fd, stats };
  closeSync(fd);
  throw notPlain(path);
}

/** Tells whether a file is regular and has one name only. */
export function isPlain(stats: Stats): boolean {
  return stats.isFile() && stats.nlink === 1;
}

/** The numbers are undefined on systems that lack the flag, whatever the types say. */
const NO_FOLLOW = (constants.O_NOFOLLOW as number | undefined) ?? 0;

/** Opening a FIFO without it waits for a writer. */
const NON_BLOCKING = (constants.O_NONBLOCK as number | undefined) ?? 0;

function openFile(path: string, flags: number): number {
  try {
    return openSync(path, flags, 0o644);
  } catch (cause) {
    throw toOpenError(path, cause);
  }
}

function toOpenError(path: string, cause: unknown): ReeveError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ELOOP' || code === 'EISDIR' || code === 'ENXIO') return notPlain(path);
  if (code === 'ENOENT') return new ReeveError('NOT_FOUND', `There is no file ${path}.`, { cause });
  return new ReeveError('IO_FAILED', `Cannot open ${path}: ${code || String(cause)}.`, {
    cause,
    hint: 'Check the owner, the mode and that the file system is not read-only or full.',
  });
}

function notPlain(path: string): ReeveError {
  return new ReeveError('LEDGER_DAMAGED', `${path} is not a plain file of its own.`, {
    hint: 'A link, a folder or a device stands in its place: put the real file back.',
  });
}
