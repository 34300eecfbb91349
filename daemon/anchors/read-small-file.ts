import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { ReeveError } from '../../protocol/errors.ts';

/** The bytes of a file, or why there are none. */
export type SmallFile = { readonly bytes: Buffer } | { readonly problem: string };

/**
 * Reads a file of limited size.
 *
 * @param options.isOwn the file lies in a project folder: only a regular file is read there. Threat: in an imported
 *   project, a link or a FIFO in its place would lead elsewhere or block
 */
export async function readSmallFile(
  path: string,
  options: { readonly maxBytes: number; readonly isOwn: boolean },
): Promise<SmallFile> {
  try {
    const handle = await open(path, constants.O_RDONLY | (options.isOwn ? OWN_FLAGS : 0));
    try {
      if (options.isOwn && !(await handle.stat()).isFile()) return { problem: 'is not a regular file' };
      return await readWhole(handle, options.maxBytes);
    } finally {
      await handle.close();
    }
  } catch (error) {
    return { problem: `cannot be read (${codeOf(error)})` };
  }
}

/** @throws ReeveError USAGE naming every file that cannot be opened */
export async function assertReadable(files: readonly string[]): Promise<void> {
  const problems: string[] = [];
  for (const file of files) {
    const handle = await open(file, constants.O_RDONLY).catch((error: unknown) => codeOf(error));
    if (typeof handle === 'string') problems.push(`${file} cannot be read (${handle})`);
    else await handle.close();
  }
  if (problems.length > 0) {
    throw new ReeveError('USAGE', `${problems.join('; ')}.`, { hint: 'Check the path and its permissions.' });
  }
}

/** The flags are 0 on systems that lack them, whatever the types say. */
const OWN_FLAGS =
  ((constants.O_NOFOLLOW as number | undefined) ?? 0) | ((constants.O_NONBLOCK as number | undefined) ?? 0);

async function readWhole(handle: FileHandle, maxBytes: number): Promise<SmallFile> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Not by the size it claims: a pipe has none.
  for await (const chunk of handle.createReadStream({ autoClose: false, highWaterMark: 65_536 })) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > maxBytes) return { problem: `is larger than ${maxBytes} bytes` };
  }
  return { bytes: Buffer.concat(chunks) };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
