import { mkdir, open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { ReeveError } from '../../../protocol/errors.ts';
import type { CapturedStream } from '../../ports/worker.ts';
import { createFirstClaim } from '../first-claim.ts';

/** A file that takes one stream of a process. */
export interface Spool {
  /** Takes a chunk, of which the first `kept` bytes go to the file. Never rejects: `failed` tells instead. */
  write(chunk: Uint8Array, kept: number): Promise<void>;
  /** Resolves with the first error of writing; from then on nothing more is kept. */
  readonly failed: Promise<Error>;
  /**
   * Ends the file with a line of its own, if given, and closes it. Idempotent: the first call counts.
   * @throws ReeveError IO_FAILED when something that should be in the file is not
   */
  close(closingLine: string | null): Promise<CapturedStream>;
}

/**
 * Opens a new file in place of whatever is there, making its folder where it is missing.
 *
 * Threat: a worker owns the folder, and an earlier one may have left a link or a FIFO under this name; an exclusive
 * creation follows neither.
 * @throws ReeveError IO_FAILED
 */
export async function openSpool(file: string, openingLine: string | null): Promise<Spool> {
  const handle = await attempt(file, () => openNew(file));
  const failure = createFirstClaim<Error>();
  let bytes = 0;
  let isTruncated = false;
  let endsLine = true;
  let closed: Promise<CapturedStream> | undefined;

  async function keep(data: Uint8Array): Promise<void> {
    if (data.length === 0 || failure.value !== null) {
      return;
    }
    endsLine = data[data.length - 1] === NEWLINE;
    await handle.writeFile(data).catch(failure.claim);
  }

  async function close(closingLine: string | null): Promise<CapturedStream> {
    const separator = closingLine === null || endsLine ? '' : '\n';
    await keep(Buffer.concat([Buffer.from(separator), toLine(closingLine)]));
    await handle.close().catch(failure.claim);
    if (failure.value !== null) {
      throw failure.value;
    }
    return { file, bytes, truncated: isTruncated };
  }

  await keep(toLine(openingLine));
  return {
    failed: failure.claimed,
    async write(chunk, kept) {
      bytes += chunk.length;
      isTruncated ||= kept < chunk.length;
      await keep(chunk.subarray(0, kept));
    },
    close(closingLine) {
      closed ??= attempt(file, () => close(closingLine));
      return closed;
    },
  };
}

/** Two things may stand in the way, each of which is then put out of it: an older file, and a missing folder. */
async function openNew(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'wx');
  } catch {
    await mkdir(path.dirname(file), { recursive: true });
    await rm(file, { force: true });
    return open(file, 'wx');
  }
}

const NEWLINE = 0x0a;

function toLine(text: string | null): Buffer {
  return Buffer.from(text === null ? '' : `${text}\n`);
}

async function attempt<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new ReeveError('IO_FAILED', `cannot keep output in ${file}: ${(cause as Error).message}`, {
      hint: 'Check free space and permissions of this folder.',
      cause,
    });
  }
}
