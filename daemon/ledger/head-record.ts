import type { HeadClaim } from './verify-job.ts';

/**
 * A committed head in few bytes: a project of many tasks has millions of them, and all are held until their logs are
 * read. Numbers are stored as doubles, since a hostile log may state any.
 */
export const HEAD_RECORD_BYTES = 60;

/** Writes a head into its record. @param link a number of the caller's, below 2^32 */
export function writeHeadRecord(record: Buffer, head: HeadClaim, link: number): void {
  record.writeUInt32LE(link, 0);
  record.writeDoubleLE(head.line, 4);
  record.writeDoubleLE(head.seq, 12);
  record.writeDoubleLE(head.bytes, 20);
  // What is no hash leaves zeros, which no line hashes to.
  record.write(head.event_hash, 28, 'hex');
}

export function linkOfHead(record: Buffer): number {
  return record.readUInt32LE(0);
}

export function readHeadRecord(record: Buffer): HeadClaim {
  return {
    line: record.readDoubleLE(4),
    seq: record.readDoubleLE(12),
    bytes: record.readDoubleLE(20),
    event_hash: record.toString('hex', 28, HEAD_RECORD_BYTES),
  };
}
