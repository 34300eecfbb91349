import { generateKeyPairSync } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import type { Signer } from '../ports/signing.ts';
import {
  assertOutside,
  assertPrivateFolder,
  currentKeyFile,
  retiredKeyFile,
  type KeyPlace,
} from './key-place.ts';
import { readSigner, toSigner } from './read-signer.ts';

/**
 * Makes the key of a user, durably: mode 0600 in a folder of mode 0700.
 *
 * @throws ReeveError CONFLICT when there is one, KEY_UNSAFE where none may lie
 */
export function createKey(place: KeyPlace): Signer {
  const { signer } = placeNewKey(place, (file) => {
    if (existsSync(file)) {
      throw new ReeveError('CONFLICT', `There is a signing key already: ${file}.`, {
        hint: 'Use it, or replace it: reeve key rotate. It is never overwritten.',
      });
    }
  });
  return signer;
}

/**
 * Replaces the key of a user by a new one; the old one is kept, to vouch for the new one in each log.
 *
 * @throws ReeveError NOT_FOUND when there is none, CONFLICT, KEY_UNSAFE
 */
export function rotateKey(place: KeyPlace): { readonly previous: Signer; readonly current: Signer } {
  const { signer, prepared } = placeNewKey(place, (file) => {
    const previous = readSigner(file);
    if (previous === null)
      throw new ReeveError('NOT_FOUND', `There is no signing key at ${file}.`, { hint: 'reeve key create' });
    retire(place, file, previous.key_id);
    return previous;
  });
  return { previous: prepared, current: signer };
}

/** @param prepare looks at the key's place while nobody else can put a key there */
function placeNewKey<T>(
  place: KeyPlace,
  prepare: (file: string) => T,
): { readonly signer: Signer; readonly prepared: T } {
  assertOutside(place);
  mkdirSync(place.userState, { recursive: true, mode: 0o700 });
  assertPrivateFolder(place.userState);
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const prepared = placeFile(currentKeyFile(place), pem, prepare);
  return { signer: toSigner(privateKey), prepared };
}

function retire(place: KeyPlace, file: string, keyId: string): void {
  const retired = retiredKeyFile(place, keyId);
  mkdirSync(dirname(retired), { recursive: true, mode: 0o700 });
  placeFile(retired, readFileSync(file, 'utf8'), () => undefined);
}

/** Puts a file in its place whole and durably, one writer at a time. */
function placeFile<T>(file: string, text: string, prepare: (file: string) => T): T {
  const temporary = `${file}.new`;
  writeExclusively(temporary, text);
  try {
    const prepared = prepare(file);
    renameSync(temporary, file);
    syncFolder(dirname(file));
    return prepared;
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** The file is made by nobody else and readable by nobody else, from its first byte on. */
function writeExclusively(file: string, text: string): void {
  const fd = openExclusively(file);
  try {
    writeFileSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function openExclusively(file: string): number {
  try {
    return openSync(file, 'wx', 0o600);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
    throw new ReeveError('CONFLICT', `${file} is there already.`, {
      cause,
      hint: 'Another command makes a key right now, or was killed while it did: then remove that file.',
    });
  }
}

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
