import { isUtf8 } from 'node:buffer';
import { BAG } from '../bag-files.ts';
import type { OpenFile } from '../regular-file.ts';
import type { LocatedEntry } from './archive-entry.ts';
import type { ArchiveLimits } from './limits.ts';
import type { Problems } from './problems.ts';
import { unpack } from './unpack.ts';

/** A bag's files: digests, and the texts of tag files, by path below its top folder. */
export interface UnpackedBag {
  readonly entries: ReadonlyMap<string, LocatedEntry>;
  readonly digests: ReadonlyMap<string, string>;
  readonly texts: ReadonlyMap<string, string>;
}

/** Reads every file of an archive once: payload is digested only, tag files are kept as well. */
export async function unpackBag(
  file: OpenFile,
  top: string,
  entries: readonly LocatedEntry[],
  limits: ArchiveLimits,
  problems: Problems,
): Promise<UnpackedBag> {
  const found = new Map<string, LocatedEntry>();
  const digests = new Map<string, string>();
  const texts = new Map<string, string>();
  let tagBytes = 0;
  for (const entry of entries) {
    if (entry.isFolder) continue;
    const path = entry.name.slice(top.length + 1);
    const isTag = !path.startsWith(BAG.payload);
    tagBytes += isTag ? entry.bytes : 0;
    // Threat: tag files are held in memory.
    if (tagBytes > limits.tagBytes) {
      problems.add(entry.name, `with it the tag files are larger than ${limits.tagBytes} bytes`);
      break;
    }
    const kept: Buffer[] = [];
    const result = await unpack(file, entry, (chunk) => {
      if (isTag) kept.push(Buffer.from(chunk));
    });
    if ('fault' in result) {
      problems.add(entry.name, result.fault);
      continue;
    }
    found.set(path, entry);
    digests.set(path, result.sha256);
    if (!isTag) continue;
    const text = Buffer.concat(kept);
    if (isUtf8(text)) texts.set(path, text.toString('utf8'));
    else problems.add(entry.name, 'it is not UTF-8');
  }
  return { entries: found, digests, texts };
}
