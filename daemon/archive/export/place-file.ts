import { randomBytes } from 'node:crypto';
import { link, lstat, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ReeveError } from '../../../protocol/errors.ts';
import { syncFolder } from '../sync-folder.ts';

/**
 * Writes a file so that it is there whole and durably, or not at all.
 *
 * @param file absolute path; its folder must exist
 * @param overwrite whether an existing file is replaced
 * @throws ReeveError CONFLICT when it exists, NOT_FOUND without the folder, IO_FAILED
 */
export async function placeFile<Result>(
  file: string,
  overwrite: boolean,
  write: (output: FileHandle) => Promise<Result>,
): Promise<Result> {
  const temporary = join(dirname(file), `.reeve-export-${randomBytes(8).toString('hex')}.tmp`);
  try {
    const output = await open(temporary, 'wx', 0o644);
    let result: Result;
    try {
      result = await write(output);
      await output.sync();
    } finally {
      await output.close();
    }
    await move(temporary, file, overwrite);
    await syncFolder(dirname(file));
    return result;
  } catch (error) {
    await rm(temporary, { force: true });
    throw toError(file, error);
  }
}

/** @throws ReeveError CONFLICT when the file exists */
export async function assertFree(file: string): Promise<void> {
  if (await exists(file)) throw taken(file);
}

/** A link, unlike a rename, never replaces a file that appeared meanwhile; some file systems have none. */
async function move(temporary: string, file: string, overwrite: boolean): Promise<void> {
  if (overwrite) {
    await rename(temporary, file);
    return;
  }
  try {
    await link(temporary, file);
    await rm(temporary);
  } catch (error) {
    if (codeOf(error) === 'EEXIST' || (await exists(file))) throw taken(file);
    await rename(temporary, file);
  }
}

async function exists(file: string): Promise<boolean> {
  return await lstat(file).then(
    () => true,
    () => false,
  );
}

function taken(file: string): ReeveError {
  return new ReeveError('CONFLICT', `${file} is there already.`, {
    hint: 'Choose another name, or allow to replace it: --overwrite.',
  });
}

function toError(file: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === 'ENOENT') {
    return new ReeveError('NOT_FOUND', `There is no folder ${dirname(file)}.`, { cause: error });
  }
  if (code === undefined) return error;
  return new ReeveError('IO_FAILED', `Cannot write ${file}: ${code}.`, {
    cause: error,
    hint: 'Check the free space, and the owner and mode of the folder.',
  });
}

/** Code of an error of the operating system; those of this product and of aborts have none. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof ReeveError || !('errno' in error)) return undefined;
  return 'code' in error ? String(error.code) : undefined;
}
