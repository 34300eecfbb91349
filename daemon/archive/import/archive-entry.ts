import { isAscii, isUtf8 } from 'node:buffer';
import type { Entry } from 'yauzl';

/** One entry of a zip file's central directory. */
export interface ArchiveEntry {
  /** As the archive spells it; a folder's ends with a slash. Not checked yet. */
  readonly name: string;
  readonly isFolder: boolean;
  readonly bytes: number;
  readonly packedBytes: number;
  readonly crc32: number;
  /** Where its local header begins. */
  readonly offset: number;
  /** As the zip library read it. */
  readonly record: Entry;
}

/** An entry whose data was found. */
export interface LocatedEntry extends ArchiveEntry {
  readonly dataOffset: number;
}

/** Converts an entry as the zip library read it, without decoding, and tells what is wrong with its record. */
export function toArchiveEntry(record: Entry): {
  readonly entry: ArchiveEntry;
  readonly faults: readonly string[];
} {
  const name = record.fileNameRaw.toString('utf8');
  const entry = {
    name,
    isFolder: name.endsWith('/'),
    bytes: record.uncompressedSize,
    packedBytes: record.compressedSize,
    crc32: record.crc32,
    offset: record.relativeOffsetOfLocalHeader,
    record,
  };
  return { entry, faults: CHECKS.flatMap((check) => check(entry) ?? []) };
}

/** Ids of the extra fields that change nothing of what a reader unpacks: 64-bit sizes, times, owners. */
export const HARMLESS_EXTRA_FIELDS: ReadonlySet<number> = new Set([
  0x0001, 0x000a, 0x5455, 0x5855, 0x7855, 0x7875,
]);

/** Compression methods (APPNOTE 4.4.5). */
export const METHOD = { stored: 0, deflated: 8 } as const;

const IS_ENCRYPTED = 0x2041;
const NAME_IS_UTF8 = 0x0800;
/** Descriptor behind the data, deflate's options, UTF-8 names. */
const KNOWN_FLAGS = 0x080e;

const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;
const FOLDER = 0o040000;
const SPECIAL_BITS = 0o7000;
const DOS_FOLDER = 0x10;

/** Each tells one thing that is wrong, or nothing. */
const CHECKS: readonly ((entry: ArchiveEntry) => string | null)[] = [
  ({ record: { generalPurposeBitFlag: flags } }) => ((flags & IS_ENCRYPTED) === 0 ? null : 'it is encrypted'),
  ({ record: { generalPurposeBitFlag: flags } }) =>
    (flags & ~KNOWN_FLAGS & ~IS_ENCRYPTED) === 0 ? null : 'it has flags of unknown meaning',
  ({ record: { compressionMethod: method } }) =>
    method === METHOD.stored || method === METHOD.deflated
      ? null
      : `its compression method ${method} is not supported`,
  ({ bytes, packedBytes, record: { compressionMethod: method } }) =>
    method === METHOD.stored && bytes !== packedBytes
      ? 'its two sizes differ, although it is not compressed'
      : null,
  ({ record: { fileNameRaw: name, generalPurposeBitFlag: flags } }) =>
    isAscii(name) || ((flags & NAME_IS_UTF8) !== 0 && isUtf8(name))
      ? null
      : 'its name is not declared, or no, UTF-8',
  // Threat: a second name, of which every reader chooses one; links and what only some readers know.
  ({ record: { extraFields } }) =>
    extraFields.every(({ id }) => HARMLESS_EXTRA_FIELDS.has(id))
      ? null
      : 'it has extra fields of unknown meaning',
  ({ record: { fileCommentLength } }) => (fileCommentLength === 0 ? null : 'it has a comment'),
  ({ isFolder, bytes, packedBytes }) =>
    isFolder && bytes + packedBytes > 0 ? 'it is a folder with content' : null,
  findTypeFault,
];

/** Threat: a link would have the next entry written where it points. The type is believed whatever system it is of. */
function findTypeFault({ isFolder, record: { externalFileAttributes } }: ArchiveEntry): string | null {
  const mode = externalFileAttributes >>> 16;
  const type = mode & FILE_TYPE;
  if (type === 0o120000) return 'it is a symbolic link';
  if (type !== 0 && type !== (isFolder ? FOLDER : REGULAR)) return 'it is neither a file nor a folder';
  if ((mode & SPECIAL_BITS) !== 0) return 'its mode has special bits';
  return !isFolder && (externalFileAttributes & DOS_FOLDER) !== 0
    ? 'it is marked as a folder, but named as a file'
    : null;
}
