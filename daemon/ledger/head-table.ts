import { HEAD_RECORD_BYTES, linkOfHead, readHeadRecord } from './head-record.ts';
import type { HeadClaim } from './verify-job.ts';

/** The committed heads of all tasks, held in little memory. */
export interface HeadTable {
  /**
   * Takes the heads of one piece of the project log.
   *
   * @param tasks whom they are about
   * @param records whose links are indexes into `tasks`
   */
  add(tasks: readonly string[], records: Uint8Array): void;
  /** The heads of one task by seq. */
  headsOf(taskId: string): readonly HeadClaim[];
}

/** Creates an empty table; each record links to the one before it of the same task. */
export function createHeadTable(): HeadTable {
  const blocks: Buffer[] = [];
  /** Number of the newest record of each task, counted from 1. */
  const newest = new Map<string, number>();
  let count = 0;

  function recordAt(number: number): Buffer {
    const block = blocks[Math.floor((number - 1) / BLOCK_RECORDS)] ?? Buffer.alloc(0);
    const from = ((number - 1) % BLOCK_RECORDS) * HEAD_RECORD_BYTES;
    return block.subarray(from, from + HEAD_RECORD_BYTES);
  }

  return {
    add(tasks, records) {
      for (let from = 0; from < records.length; from += HEAD_RECORD_BYTES) {
        count += 1;
        if (count > blocks.length * BLOCK_RECORDS) {
          blocks.push(Buffer.allocUnsafeSlow(BLOCK_RECORDS * HEAD_RECORD_BYTES));
        }
        const record = recordAt(count);
        record.set(records.subarray(from, from + HEAD_RECORD_BYTES));
        const task = tasks[linkOfHead(record)] ?? '';
        record.writeUInt32LE(newest.get(task) ?? 0, 0);
        newest.set(task, count);
      }
    },
    headsOf(taskId) {
      const heads: HeadClaim[] = [];
      for (let number = newest.get(taskId) ?? 0; number !== 0;) {
        const record = recordAt(number);
        heads.push(readHeadRecord(record));
        number = linkOfHead(record);
      }
      return heads.sort((a, b) => a.seq - b.seq);
    },
  };
}

const BLOCK_RECORDS = 4096;
