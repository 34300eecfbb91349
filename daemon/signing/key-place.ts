import { lstatSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname, join, relative, resolve, sep, isAbsolute } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';

/** Where the keys of a user lie. */
export interface KeyPlace {
  /** The user-state folder. */
  readonly userState: string;
  /** Folders it must not lie in: the repository, which a worker is let into, and what is handed over to others. */
  readonly outside: readonly string[];
}

/** The key that signs now: PKCS #8 in PEM. */
export function currentKeyFile({ userState }: KeyPlace): string {
  return join(userState, 'signing-key.pem');
}

/** A key that was replaced, by its id. */
export function retiredKeyFile({ userState }: KeyPlace, keyId: string): string {
  return join(userState, 'retired-keys', `${keyId}.pem`);
}

/** @throws ReeveError KEY_UNSAFE when the folder lies inside of one that it must not lie in */
export function assertOutside({ userState, outside }: KeyPlace): void {
  const folder = realPath(userState);
  const around = outside.find((other) => isWithin(folder, realPath(other)));
  if (around === undefined) return;
  throw new ReeveError('KEY_UNSAFE', `The folder for signing keys, ${userState}, lies inside of ${around}.`, {
    hint: 'A key beside what it signs proves nothing. Name a folder elsewhere: REEVE_USER_STATE.',
  });
}

/**
 * Checks that nobody else can read or replace a key.
 *
 * @param stats of the key as it was opened
 * @throws ReeveError KEY_UNSAFE
 */
export function assertPrivate(file: string, stats: Stats): void {
  if (!stats.isFile() || stats.nlink !== 1)
    throw unsafe(file, 'is not a plain file of its own', 'Put the key itself there.');
  assertOwned(file, stats, '600');
  assertPrivateFolder(dirname(file));
}

/** @throws ReeveError KEY_UNSAFE when anybody else may use the folder */
export function assertPrivateFolder(folder: string): void {
  assertOwned(folder, statSync(folder), '700');
}

/** A key, or the folder of one, that must not be used as it is. */
export function unsafe(path: string, fault: string, hint: string, cause?: unknown): ReeveError {
  return new ReeveError('KEY_UNSAFE', `${path} ${fault}.`, {
    hint,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Windows has neither owners nor modes of this kind: the folder is the user's own by where it lies. */
function assertOwned(path: string, { uid, mode }: Stats, wanted: string): void {
  if (process.getuid === undefined) return;
  if (uid !== process.getuid())
    throw unsafe(path, `belongs to another user (uid ${uid})`, 'Have a key of your own: reeve key create.');
  if ((mode & 0o077) !== 0)
    throw unsafe(
      path,
      `can be used by others (mode ${(mode & 0o777).toString(8)})`,
      `chmod ${wanted} ${path}`,
    );
}

/** The real path of what need not exist yet. */
function realPath(path: string): string {
  const absolute = resolve(path);
  if (lstatSync(absolute, { throwIfNoEntry: false }) !== undefined) return realpathSync.native(absolute);
  const above = dirname(absolute);
  return above === absolute ? absolute : join(realPath(above), relative(above, absolute));
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || !(isAbsolute(way) || way === '..' || way.startsWith(`..${sep}`));
}
