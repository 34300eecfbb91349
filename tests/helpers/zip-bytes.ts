import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** One entry of a hand-made zip file; every member but the name may lie. */
export interface ZipPart {
  readonly name: string | Buffer;
  /** Bytes as they lie in the file, packed or not. */
  readonly data?: Buffer | string;
  readonly method?: number;
  readonly flags?: number;
  /** External attributes: the mode in the upper half. */
  readonly attributes?: number;
  readonly crc?: number;
  /** Unpacked size declared. */
  readonly size?: number;
  readonly packedSize?: number;
  readonly extra?: Buffer;
  readonly localExtra?: Buffer;
  readonly comment?: string;
  /** What the local header says instead. */
  readonly local?: {
    readonly name?: string;
    readonly method?: number;
    readonly flags?: number;
    readonly crc?: number;
    readonly size?: number;
    readonly packedSize?: number;
  };
  /** Put before the local header, and behind the data. */
  readonly before?: Buffer;
  readonly after?: Buffer;
  /** Written instead of where it really is. */
  readonly offset?: number;
  readonly isMissingLocally?: boolean;
  readonly isMissingInDirectory?: boolean;
}

/** What the end of a hand-made zip file says, besides the truth. */
export interface ZipEnd {
  readonly entries?: number;
  readonly comment?: string;
  readonly behindDirectory?: Buffer;
  readonly disk?: number;
}

const REGULAR = (0o100644 << 16) >>> 0;
const UTF8 = 0x0800;

/** Composes a zip file of any parts, true or not. */
export function zipBytes(parts: readonly ZipPart[], end: ZipEnd = {}): Buffer {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let position = 0;
  for (const part of parts) {
    const data = Buffer.from(part.data ?? '');
    const before = part.before ?? Buffer.alloc(0);
    const offset = part.offset ?? position + before.length;
    const local =
      part.isMissingLocally === true
        ? []
        : [before, localHeader(part, data), data, part.after ?? Buffer.alloc(0)];
    pieces.push(...local);
    for (const piece of local) position += piece.length;
    if (part.isMissingInDirectory !== true) directory.push(centralHeader(part, data, offset));
  }
  const directoryBytes = Buffer.concat(directory);
  const comment = Buffer.from(end.comment ?? '');
  const tail = Buffer.alloc(22);
  tail.writeUInt32LE(0x06054b50, 0);
  tail.writeUInt16LE(end.disk ?? 0, 4);
  tail.writeUInt16LE(end.entries ?? directory.length, 8);
  tail.writeUInt16LE(end.entries ?? directory.length, 10);
  tail.writeUInt32LE(directoryBytes.length, 12);
  tail.writeUInt32LE(position, 16);
  tail.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...pieces, directoryBytes, end.behindDirectory ?? Buffer.alloc(0), tail, comment]);
}

/** The files of a sound archive of a project, by path below its top folder; tag files are made for the payload. */
export function bagFiles(
  payload: Readonly<Record<string, string>>,
  info: string,
  furtherTags: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const list = (files: Readonly<Record<string, string>>) =>
    Object.entries(files)
      .map(([path, text]) => `${sha256(text)}  ${path}\n`)
      .join('');
  const tags = {
    'bag-info.txt': info,
    'bagit.txt': 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n',
    'manifest-sha256.txt': list(payload),
    ...furtherTags,
  };
  return { ...tags, ...payload, 'tagmanifest-sha256.txt': list(tags) };
}

function localHeader(part: ZipPart, data: Buffer): Buffer {
  const { local = {} } = part;
  const name = Buffer.from(local.name ?? part.name);
  const extra = part.localExtra ?? Buffer.alloc(0);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(local.flags ?? part.flags ?? UTF8, 6);
  header.writeUInt16LE(local.method ?? part.method ?? 0, 8);
  header.writeUInt16LE(33, 12);
  header.writeUInt32LE(local.crc ?? part.crc ?? crc32(data), 14);
  header.writeUInt32LE(local.packedSize ?? part.packedSize ?? data.length, 18);
  header.writeUInt32LE(local.size ?? part.size ?? data.length, 22);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, name, extra]);
}

function centralHeader(part: ZipPart, data: Buffer, offset: number): Buffer {
  const name = Buffer.from(part.name);
  const extra = part.extra ?? Buffer.alloc(0);
  const comment = Buffer.from(part.comment ?? '');
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE((3 << 8) | 45, 4);
  header.writeUInt16LE(20, 6);
  header.writeUInt16LE(part.flags ?? UTF8, 8);
  header.writeUInt16LE(part.method ?? 0, 10);
  header.writeUInt16LE(33, 14);
  header.writeUInt32LE(part.crc ?? crc32(data), 16);
  header.writeUInt32LE(part.packedSize ?? data.length, 20);
  header.writeUInt32LE(part.size ?? data.length, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt16LE(comment.length, 32);
  header.writeUInt32LE(part.attributes ?? REGULAR, 38);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, name, extra, comment]);
}
