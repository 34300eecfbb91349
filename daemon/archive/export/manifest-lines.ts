import { formatManifest, type BagDigest } from '../bag-files.ts';

/** Collects the lines of a manifest as bytes: a hundred thousand of them as objects would take ten times the memory. */
export interface ManifestLines {
  add(digest: BagDigest): void;
  readonly bytes: number;
  chunks(): readonly Buffer[];
}

/** Creates a manifest without lines. */
export function createManifestLines(): ManifestLines {
  const chunks: Buffer[] = [];
  let gathered = '';
  let bytes = 0;
  const flush = (): void => {
    if (gathered !== '') chunks.push(Buffer.from(gathered));
    gathered = '';
  };
  return {
    add(digest) {
      const line = formatManifest([digest]);
      bytes += Buffer.byteLength(line);
      gathered += line;
      if (gathered.length > CHUNK_LENGTH) flush();
    },
    get bytes() {
      return bytes;
    },
    chunks() {
      flush();
      return chunks;
    },
  };
}

const CHUNK_LENGTH = 262_144;
