/** How a text that should be JSON is nested, without parsing it. */
export interface JsonNesting {
  readonly maxDepth: number;
  /** Whether it is one object or array, closed, with nothing but white space after it. */
  readonly isComplete: boolean;
}

const [QUOTE, BACKSLASH, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [
  0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d,
];
const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * Counts brackets outside of strings in one pass over the bytes, in constant memory.
 *
 * Brackets are not matched by kind: that is for the parser to report.
 */
export function measureNesting(bytes: Uint8Array): JsonNesting {
  let depth = 0;
  let maxDepth = 0;
  let inString = false;
  let isComplete = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === BACKSLASH) i++;
      if (byte === QUOTE) inString = false;
      continue;
    }
    if (SPACES.has(Number(byte))) continue;
    isComplete = false;
    if (byte === QUOTE) inString = true;
    if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) maxDepth = Math.max(maxDepth, ++depth);
    if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) isComplete = --depth === 0;
  }
  return { maxDepth, isComplete };
}

/**
 * Tells whether bytes are a whole JSON object or array as far as brackets tell, so that a file still being written
 * is left alone and a finished one is taken at once.
 */
export function isCompleteJson(bytes: Uint8Array): boolean {
  return measureNesting(bytes).isComplete;
}
