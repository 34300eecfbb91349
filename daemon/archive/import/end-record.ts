import { readAt, type OpenFile } from '../regular-file.ts';

/** Where a zip file's central directory is, by the records at the end of the file. */
export interface DirectoryPlace {
  readonly entries: number;
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Reads the end of a zip file strictly (APPNOTE 4.3.14 to 4.3.16), or tells what is wrong with it.
 *
 * Threat: a reader that searches for the end, as most do, can be shown another directory than the next reader finds.
 * Here the records are the last bytes of the file, right behind the directory, and agree with each other.
 */
export async function readDirectoryPlace(file: OpenFile, size: number): Promise<DirectoryPlace | string> {
  const tail = Buffer.alloc(Math.min(size, END_BYTES + LOCATOR_BYTES + END_64_BYTES));
  const bytesRead = await readAt(file, tail, size - tail.length);
  const end = tail.subarray(-END_BYTES);
  if (bytesRead < tail.length || tail.length < END_BYTES || end.readUInt32LE(0) !== END_SIGNATURE) {
    return 'it does not end as a zip file does: it is none, it is cut short, or something was added behind it';
  }
  if (end.readUInt16LE(20) !== 0) return 'it has a comment';
  const small = {
    entries: end.readUInt16LE(10),
    offset: end.readUInt32LE(16),
    bytes: end.readUInt32LE(12),
  };
  const isSplit = end.readUInt32LE(4) !== 0 || end.readUInt16LE(8) !== small.entries;
  if (isSplit) return 'it is one part of several';
  const large = readEnd64(tail, size);
  if (typeof large === 'string') return large;
  const place = large ?? small;
  if (large !== null && !agree(small, large)) return 'its two end records disagree';
  const records = END_BYTES + (large === null ? 0 : LOCATOR_BYTES + END_64_BYTES);
  if (place.offset + place.bytes + records === size) return place;
  return 'its directory is not where its end says';
}

const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const END_64_BYTES = 56;

const END_SIGNATURE = 0x06054b50;
const LOCATOR_SIGNATURE = 0x07064b50;
const END_64_SIGNATURE = 0x06064b50;

function readEnd64(tail: Buffer, size: number): DirectoryPlace | string | null {
  if (tail.length < END_BYTES + LOCATOR_BYTES + END_64_BYTES) return null;
  const locator = tail.subarray(END_64_BYTES);
  if (locator.readUInt32LE(0) !== LOCATOR_SIGNATURE) return null;
  const isPlain =
    tail.readUInt32LE(0) === END_64_SIGNATURE &&
    tail.readBigUInt64LE(4) === BigInt(END_64_BYTES - 12) &&
    locator.readUInt32LE(4) === 0 &&
    locator.readBigUInt64LE(8) === BigInt(size - tail.length) &&
    locator.readUInt32LE(16) === 1 &&
    tail.readBigUInt64LE(16) === 0n &&
    tail.readBigUInt64LE(24) === tail.readBigUInt64LE(32);
  if (!isPlain) return 'its 64-bit end record is not one of a single file';
  return {
    entries: Number(tail.readBigUInt64LE(32)),
    bytes: Number(tail.readBigUInt64LE(40)),
    offset: Number(tail.readBigUInt64LE(48)),
  };
}

/** The small record holds each number, or all ones where it does not fit. */
function agree(small: DirectoryPlace, large: DirectoryPlace): boolean {
  const isSame = (value: number, full: number, max: number) =>
    value === full || (value === max && full >= max);
  return (
    isSame(small.entries, large.entries, 0xffff) &&
    isSame(small.bytes, large.bytes, 0xffff_ffff) &&
    isSame(small.offset, large.offset, 0xffff_ffff)
  );
}
