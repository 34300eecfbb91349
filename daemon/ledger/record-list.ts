/** Records of one size in one growing block of bytes, which goes to another thread without being copied. */
export interface RecordList {
  /** Makes room for one more record and answers it, zeroed. */
  add(): Buffer;
  /** All records, one after the other. */
  bytes(): Uint8Array<ArrayBuffer>;
}

/** Creates an empty list. @param size of each record in bytes */
export function createRecordList(size: number): RecordList {
  let block = new Uint8Array(0);
  let used = 0;
  return {
    add() {
      if (used + size > block.length) {
        const larger = new Uint8Array(Math.max(64 * size, 2 * block.length));
        larger.set(block);
        block = larger;
      }
      used += size;
      return Buffer.from(block.buffer, used - size, size);
    },
    bytes: () => block.slice(0, used),
  };
}
