import { parseExtraFields, type LocalFileHeader, type ZipFile } from 'yauzl';
import { HARMLESS_EXTRA_FIELDS, type ArchiveEntry, type LocatedEntry } from './archive-entry.ts';
import { readAt, type OpenFile } from '../regular-file.ts';
import type { Problems } from './problems.ts';

/**
 * Checks that the entries fill the file from its first byte to the directory, without gap or overlap, and that each
 * local header says what the directory says.
 *
 * Threat: readers that go by the local headers would be shown other files than those that go by the directory; data
 * shared by many entries makes a bomb.
 *
 * @returns the entries in the order of the directory, as far as their data was found
 */
export async function checkLayout(
  zip: ZipFile,
  file: OpenFile,
  entries: readonly ArchiveEntry[],
  directoryOffset: number,
  problems: Problems,
): Promise<readonly LocatedEntry[]> {
  const offsets = new Map<ArchiveEntry, number>();
  const sorted = [...entries].sort((a, b) => a.offset - b.offset);
  let expected = 0;
  for (const [at, entry] of sorted.entries()) {
    if (entry.offset < expected) problems.add(entry.name, 'it overlaps another entry');
    if (entry.offset > expected)
      problems.add(entry.name, `${entry.offset - expected} bytes before it belong to no entry`);
    const limit = sorted[at + 1]?.offset ?? directoryOffset;
    const header = await zip.readLocalFileHeaderPromise(entry.record).catch(() => null);
    if (header === null) {
      problems.add(entry.name, 'its local header cannot be read');
      expected = limit;
      continue;
    }
    offsets.set(entry, header.fileDataStart);
    for (const fault of findHeaderFaults(entry, header)) problems.add(entry.name, fault);
    const end = header.fileDataStart + entry.packedBytes;
    const descriptor = await readDescriptor(file, entry, end, limit);
    if (typeof descriptor === 'string') problems.add(entry.name, descriptor);
    expected = end + (typeof descriptor === 'string' ? 0 : descriptor);
  }
  if (expected !== directoryOffset)
    problems.add(null, 'its last entry does not end where the directory begins');
  return entries.flatMap((entry) => {
    const dataOffset = offsets.get(entry);
    return dataOffset === undefined ? [] : [{ ...entry, dataOffset }];
  });
}

const HAS_DESCRIPTOR = 0x0008;
const MAX_32 = 0xffff_ffff;

function findHeaderFaults({ record }: ArchiveEntry, header: LocalFileHeader): readonly string[] {
  const differs = (what: string) => `its local header has another ${what} than the directory`;
  const faults: string[] = [];
  if (!header.fileName.equals(record.fileNameRaw)) faults.push(differs('name'));
  if (header.generalPurposeBitFlag !== record.generalPurposeBitFlag) faults.push(differs('set of flags'));
  if (header.compressionMethod !== record.compressionMethod) faults.push(differs('compression method'));
  if (
    header.lastModFileTime !== record.lastModFileTime ||
    header.lastModFileDate !== record.lastModFileDate
  ) {
    faults.push(differs('time'));
  }
  const fields = readExtraFields(header.extraField);
  if (fields?.every(({ id }) => HARMLESS_EXTRA_FIELDS.has(id)) !== true) {
    faults.push('its local header has extra fields of unknown meaning');
  }
  const sizes = localSizes(header, fields?.find(({ id }) => id === 0x0001)?.data);
  // Told behind the data instead: zeros here.
  const isLater = (header.generalPurposeBitFlag & HAS_DESCRIPTOR) !== 0;
  if (!(header.crc32 === record.crc32 || (isLater && header.crc32 === 0))) faults.push(differs('checksum'));
  if (!(sizes.packed === record.compressedSize || (isLater && sizes.packed === 0)))
    faults.push(differs('packed size'));
  if (!(sizes.full === record.uncompressedSize || (isLater && sizes.full === 0)))
    faults.push(differs('size'));
  return faults;
}

function readExtraFields(bytes: Buffer): ReturnType<typeof parseExtraFields> | null {
  try {
    return parseExtraFields(bytes);
  } catch {
    return null;
  }
}

function localSizes(
  header: LocalFileHeader,
  zip64: Buffer | undefined,
): { readonly full: number; readonly packed: number } {
  const isLarge = header.uncompressedSize === MAX_32 && header.compressedSize === MAX_32;
  if (!isLarge || zip64 === undefined || zip64.length < 16) {
    return { full: header.uncompressedSize, packed: header.compressedSize };
  }
  return { full: Number(zip64.readBigUInt64LE(0)), packed: Number(zip64.readBigUInt64LE(8)) };
}

/** Tells how many bytes the descriptor behind an entry's data takes: none without one. */
async function readDescriptor(
  file: OpenFile,
  { record, bytes, packedBytes, crc32 }: ArchiveEntry,
  from: number,
  to: number,
): Promise<number | string> {
  const length = to - from;
  if ((record.generalPurposeBitFlag & HAS_DESCRIPTOR) === 0) return 0;
  const found = Buffer.alloc(Math.max(0, Math.min(length, 24)));
  const bytesRead = await readAt(file, found, from);
  const isRight = descriptorForms(crc32, packedBytes, bytes).some(
    (form) => form.length === length && form.equals(found.subarray(0, bytesRead)),
  );
  return isRight ? length : 'the checksum and sizes behind its data are not those of the directory';
}

/** With or without signature, of 32 or 64 bits: all four are in use (APPNOTE 4.3.9). */
function descriptorForms(crc32: number, packed: number, full: number): readonly Buffer[] {
  const large = Buffer.alloc(24);
  large.writeUInt32LE(0x08074b50, 0);
  large.writeUInt32LE(crc32, 4);
  large.writeBigUInt64LE(BigInt(packed), 8);
  large.writeBigUInt64LE(BigInt(full), 16);
  const isSmall = packed <= MAX_32 && full <= MAX_32;
  const small = Buffer.concat([large.subarray(0, 12), large.subarray(16, 20)]);
  return [large, large.subarray(4), ...(isSmall ? [small, small.subarray(4)] : [])];
}
