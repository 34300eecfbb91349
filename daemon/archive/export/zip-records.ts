/** A stored entry of a zip file. */
export interface ZipRecord {
  /** UTF-8. */
  readonly name: Buffer;
  readonly crc32: number;
  readonly bytes: number;
  /** Where its local header begins. */
  readonly offset: number;
}

/** Builds the header before an entry's data (APPNOTE 6.3.10, 4.3.7). */
export function localHeader({ name, crc32, bytes }: ZipRecord): Buffer {
  const extra = bytes >= MAX_32 ? zip64Extra([bytes, bytes]) : NOTHING;
  const fixed = Buffer.alloc(30);
  fixed.writeUInt32LE(0x04034b50, 0);
  writeShared(fixed, 4, { crc32, bytes, isZip64: extra.length > 0 });
  fixed.writeUInt16LE(name.length, 26);
  fixed.writeUInt16LE(extra.length, 28);
  return Buffer.concat([fixed, name, extra]);
}

/** Builds an entry of the central directory (4.3.12): a regular file of mode 0644. */
export function centralHeader({ name, crc32, bytes, offset }: ZipRecord): Buffer {
  const large = [...(bytes >= MAX_32 ? [bytes, bytes] : []), ...(offset >= MAX_32 ? [offset] : [])];
  const extra = large.length > 0 ? zip64Extra(large) : NOTHING;
  const fixed = Buffer.alloc(46);
  fixed.writeUInt32LE(0x02014b50, 0);
  fixed.writeUInt16LE(MADE_BY_UNIX | ZIP64_VERSION, 4);
  writeShared(fixed, 6, { crc32, bytes, isZip64: extra.length > 0 });
  fixed.writeUInt16LE(name.length, 28);
  fixed.writeUInt16LE(extra.length, 30);
  fixed.writeUInt32LE((0o100644 << 16) >>> 0, 38);
  fixed.writeUInt32LE(Math.min(offset, MAX_32), 42);
  return Buffer.concat([fixed, name, extra]);
}

/** Builds the end of a zip file (4.3.14 to 4.3.16), with the 64-bit records where a number needs them. */
export function endRecords(
  entries: number,
  directory: { readonly offset: number; readonly bytes: number },
): Buffer {
  const { offset, bytes } = directory;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(entries, MAX_16), 8);
  end.writeUInt16LE(Math.min(entries, MAX_16), 10);
  end.writeUInt32LE(Math.min(bytes, MAX_32), 12);
  end.writeUInt32LE(Math.min(offset, MAX_32), 16);
  if (entries < MAX_16 && bytes < MAX_32 && offset < MAX_32) return end;
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeUInt16LE(MADE_BY_UNIX | ZIP64_VERSION, 12);
  end64.writeUInt16LE(ZIP64_VERSION, 14);
  [entries, entries, bytes, offset].forEach((value, at) =>
    end64.writeBigUInt64LE(BigInt(value), 24 + 8 * at),
  );
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + bytes), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([end64, locator, end]);
}

const MAX_16 = 0xffff;
const MAX_32 = 0xffff_ffff;
const NOTHING = Buffer.alloc(0);

const MADE_BY_UNIX = 3 << 8;
const ZIP64_VERSION = 45;
const PLAIN_VERSION = 20;
const NAME_IS_UTF8 = 1 << 11;

/** The first of January 1980, midnight: the earliest there is. */
const FIXED_DATE = (1 << 5) | 1;

/** The members that both headers have in the same order: from the version needed to the sizes. */
function writeShared(
  header: Buffer,
  at: number,
  entry: { readonly crc32: number; readonly bytes: number; readonly isZip64: boolean },
): void {
  header.writeUInt16LE(entry.isZip64 ? ZIP64_VERSION : PLAIN_VERSION, at);
  header.writeUInt16LE(NAME_IS_UTF8, at + 2);
  header.writeUInt16LE(FIXED_DATE, at + 8);
  header.writeUInt32LE(entry.crc32, at + 10);
  header.writeUInt32LE(Math.min(entry.bytes, MAX_32), at + 14);
  header.writeUInt32LE(Math.min(entry.bytes, MAX_32), at + 18);
}

function zip64Extra(values: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * values.length);
  extra.writeUInt16LE(0x0001, 0);
  extra.writeUInt16LE(8 * values.length, 2);
  values.forEach((value, at) => extra.writeBigUInt64LE(BigInt(value), 4 + 8 * at));
  return extra;
}
