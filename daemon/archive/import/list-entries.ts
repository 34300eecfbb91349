import type { ZipFile } from 'yauzl';
import { toArchiveEntry, type ArchiveEntry } from './archive-entry.ts';
import type { DirectoryPlace } from './end-record.ts';
import type { ArchiveLimits } from './limits.ts';
import type { Problems } from './problems.ts';

/**
 * Reads a zip file's central directory within limits, and checks each entry by itself.
 *
 * Threat: bombs. Counts and sizes are compared before any data is read; that the sizes are true is checked later.
 *
 * @returns the entries, as far as the directory could be read
 */
export async function listEntries(
  zip: ZipFile,
  place: DirectoryPlace,
  limits: ArchiveLimits,
  problems: Problems,
): Promise<readonly ArchiveEntry[]> {
  const entries: ArchiveEntry[] = [];
  if (place.entries > limits.entries) {
    problems.add(null, `it has ${place.entries} entries, allowed are ${limits.entries}`);
    return entries;
  }
  let directoryBytes = 0;
  try {
    for await (const record of zip.eachEntry()) {
      const { entry, faults } = toArchiveEntry(record);
      for (const fault of faults) problems.add(entry.name, fault);
      entries.push(entry);
      directoryBytes += 46 + record.fileNameLength + record.extraFieldLength + record.fileCommentLength;
    }
  } catch (error) {
    problems.add(null, `its directory cannot be read after entry ${entries.length} (${messageOf(error)})`);
    return entries;
  }
  // Threat: entries beyond the count are seen by some readers only.
  if (directoryBytes !== place.bytes) problems.add(null, 'its directory holds more than its entries');
  checkSizes(entries, limits, problems);
  return entries;
}

/** Small files may compress as well as they like. */
const RATIO_FREE_BYTES = 1024 * 1024;

function checkSizes(entries: readonly ArchiveEntry[], limits: ArchiveLimits, problems: Problems): void {
  let total = 0;
  for (const { name, bytes, packedBytes } of entries) {
    total += bytes;
    if (bytes > RATIO_FREE_BYTES && bytes > packedBytes * limits.ratio) {
      problems.add(
        name,
        `it would grow from ${packedBytes} to ${bytes} bytes, which is what a zip bomb does`,
      );
    }
  }
  if (total > limits.bytes) problems.add(null, `it would take ${total} bytes, allowed are ${limits.bytes}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
