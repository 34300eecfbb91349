/** Encodes lines as UTF-8; the bytes are good only until the next call. */
export type LineEncoder = (lines: string) => Uint8Array;

/**
 * Creates the encoder that all logs of a ledger share.
 *
 * Lines are written at once, so one buffer serves them all: a new one for each write would be most of the garbage that
 * an append makes.
 */
export function createLineEncoder(): LineEncoder {
  const shared = Buffer.allocUnsafeSlow(SHARED_BYTES);
  return (lines) => {
    if (lines.length * MAX_BYTES_PER_UNIT > shared.length) return Buffer.from(lines);
    return shared.subarray(0, shared.write(lines));
  };
}

/** Enough for a few hundred events of common size. */
const SHARED_BYTES = 512 * 1024;
/** One UTF-16 unit takes at most three bytes of UTF-8. */
const MAX_BYTES_PER_UNIT = 3;
