import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { createBufferedOutput } from './buffered-output.ts';
import { centralHeader, endRecords, localHeader, type ZipRecord } from './zip-records.ts';

/** Writes a zip file of stored entries. */
export interface ZipWriter {
  /**
   * Adds one file and tells its SHA-256.
   *
   * @param bytes what the chunks add up to
   */
  add(name: string, bytes: number, chunks: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<string>;
  /** Writes the central directory; tells the size of the whole file. */
  finish(): Promise<number>;
}

/**
 * Creates a writer of a zip file whose bytes depend on names and contents only.
 *
 * Entries are stored, with fixed times and modes. The checksum is computed as the data passes and put into the header
 * before it afterwards, so that nothing is read twice and no entry needs a data descriptor. Why not the yazl package:
 * see `docs/archive.md`.
 *
 * @param output an empty file, open for writing
 */
export function createZipWriter(output: FileHandle): ZipWriter {
  const file = createBufferedOutput(output);
  // Kept as bytes, a large piece at a time: an object for each entry takes several times as much.
  const directory: Buffer[] = [];
  let gathered: Buffer[] = [];
  let entries = 0;
  const gather = (header: Buffer): void => {
    gathered.push(header);
    entries += 1;
    if (gathered.length < GATHERED_HEADERS) return;
    directory.push(Buffer.concat(gathered));
    gathered = [];
  };
  return {
    async add(name, bytes, chunks) {
      const blank: ZipRecord = { name: Buffer.from(name), crc32: 0, bytes, offset: file.position() };
      await file.append(localHeader(blank));
      const hash = createHash('sha256');
      let checksum = 0;
      for await (const chunk of chunks) {
        hash.update(chunk);
        checksum = crc32(chunk, checksum);
        await file.append(chunk);
      }
      const record = { ...blank, crc32: checksum };
      await file.patch(record.offset, localHeader(record));
      gather(centralHeader(record));
      return hash.digest('hex');
    },
    async finish() {
      const offset = file.position();
      for (const headers of [...directory, ...gathered]) await file.append(headers);
      await file.append(endRecords(entries, { offset, bytes: file.position() - offset }));
      await file.flush();
      return file.position();
    },
  };
}

const GATHERED_HEADERS = 1024;
