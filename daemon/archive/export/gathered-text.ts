/** Gathers a long text as bytes, out of the collector's way and without copies at the end. */
export interface GatheredText {
  add(text: string): void;
  readonly bytes: number;
  chunks(): readonly Buffer[];
}

/** Creates an empty text. */
export function createGatheredText(): GatheredText {
  const chunks: Buffer[] = [];
  let gathered = '';
  let bytes = 0;
  const flush = (): void => {
    if (gathered === '') return;
    const chunk = Buffer.from(gathered);
    chunks.push(chunk);
    bytes += chunk.length;
    gathered = '';
  };
  return {
    add(text) {
      gathered += text;
      if (gathered.length > CHUNK_LENGTH) flush();
    },
    get bytes() {
      flush();
      return bytes;
    },
    chunks() {
      flush();
      return chunks;
    },
  };
}

const CHUNK_LENGTH = 65_536;
