import { open } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { ReeveError } from '../protocol/errors.ts';
import { DEFAULT_JSON_LIMITS } from '../protocol/strict-json.ts';

/** A pack's bytes as they are in the file, and the name it came with. */
export interface PackFile {
  readonly path: string;
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads a pack without trusting its size or kind.
 *
 * @throws ReeveError NOT_FOUND, PACK_INVALID when it is too large, USAGE when it is no regular file
 */
export async function readPackFile(cwd: string, file: string): Promise<PackFile> {
  const path = resolve(cwd, file);
  // Threat: a FIFO would block for ever; O_NONBLOCK opens it at once, and it is then refused.
  const { constants } = await import('node:fs');
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
  const handle = await open(path, flags).catch((cause: unknown) => {
    throw new ReeveError('NOT_FOUND', `${path} cannot be opened.`, {
      hint: 'Give the path of a StepPack.',
      cause,
    });
  });
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new ReeveError('USAGE', `${path} is not a regular file.`);
    const { maxBytes } = DEFAULT_JSON_LIMITS;
    if (found.size > maxBytes) {
      const message = `${path} has ${found.size} bytes; a pack has at most ${maxBytes}.`;
      throw new ReeveError('PACK_INVALID', message, { hint: 'Is it a StepPack at all?' });
    }
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
    return { path, name: basename(path), bytes: buffer.subarray(0, bytesRead) };
  } finally {
    await handle.close();
  }
}
