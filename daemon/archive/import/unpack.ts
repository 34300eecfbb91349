import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { readChunks, type OpenFile } from '../regular-file.ts';
import { METHOD, type LocatedEntry } from './archive-entry.ts';

/** Sees part of an entry's content, valid until it returns. */
export type SeeChunk = (chunk: Buffer) => void | Promise<void>;

/**
 * Unpacks an entry, however large, and compares its size and checksum with those declared.
 *
 * Threat: lying sizes. Not one byte more than declared is passed on.
 *
 * @returns its SHA-256, or what is wrong
 */
export async function unpack(
  file: OpenFile,
  entry: LocatedEntry,
  see: SeeChunk,
): Promise<{ readonly sha256: string } | { readonly fault: string }> {
  const hash = createHash('sha256');
  let checksum = 0;
  let bytes = 0;
  const content = openContent(file, entry);
  for await (const chunk of content.chunks) {
    bytes += chunk.length;
    if (bytes > entry.bytes) return { fault: `it unpacks to more than the ${entry.bytes} bytes it declares` };
    hash.update(chunk);
    checksum = crc32(chunk, checksum);
    await see(chunk);
  }
  const fault = content.fault();
  if (fault !== null) return { fault };
  if (bytes < entry.bytes) return { fault: `it unpacks to ${bytes} bytes instead of ${entry.bytes}` };
  if (checksum !== entry.crc32) return { fault: 'its checksum is not that of its content' };
  return { sha256: hash.digest('hex') };
}

/** Reads the content of an entry that was unpacked before without a fault. */
export function readContent(file: OpenFile, entry: LocatedEntry): AsyncIterable<Buffer> {
  return openContent(file, entry).chunks;
}

interface Content {
  readonly chunks: AsyncIterable<Buffer>;
  /** What is wrong with the packed data; known once the chunks have ended. */
  fault(): string | null;
}

function openContent(file: OpenFile, entry: LocatedEntry): Content {
  const { dataOffset: from, packedBytes } = entry;
  const packed = readChunks(file, entry.name, { from, to: from + packedBytes });
  if (entry.record.compressionMethod === METHOD.stored) return { chunks: packed, fault: () => null };
  return inflate(packed, packedBytes);
}

function inflate(packed: AsyncIterable<Buffer>, packedBytes: number): Content {
  let failure: string | null = null;
  const inflater = createInflateRaw();
  async function* chunks(): AsyncGenerator<Buffer, void, undefined> {
    const source = Readable.from(copies(packed), { objectMode: false });
    // An error of the source ends the inflater as well, and is told once.
    source.once('error', (error) => inflater.destroy(error));
    try {
      for await (const chunk of source.pipe(inflater)) yield chunk as Buffer;
    } catch (error) {
      failure = `its data cannot be unpacked (${error instanceof Error ? error.message : String(error)})`;
    } finally {
      source.destroy();
      inflater.destroy();
    }
  }
  return {
    chunks: chunks(),
    fault: () =>
      failure ??
      (inflater.bytesWritten === packedBytes ? null : 'its data goes on behind its compressed content'),
  };
}

/** The inflater keeps chunks beyond the time for which they are valid. */
async function* copies(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}
