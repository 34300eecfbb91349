import type { LogHead } from '../ports/ledger.ts';

/** How a log goes on in a new file. */
export interface Rotation {
  /** Bytes of the log that lie in files before this one. */
  readonly start: number;
  /** Bytes of the file from which on it is to be set aside. */
  readonly limit: number;
  /**
   * Sets aside the file, which ends with this line and is not written to meanwhile; never rejects.
   *
   * @returns whether the log goes on in an empty file; otherwise it stands as it stood, and is asked about again later
   */
  setAside(head: LogHead): Promise<boolean>;
}

/** The file that a log is written to. */
export interface LogFile {
  /** Bytes of the log that lie in files before it. */
  start(): number;
  /** Settles when it is no longer being set aside; null when it is not. */
  rotating(): Promise<void> | null;
  /** Has it set aside if it is full; its last line is durable. */
  rotateIfFull(head: LogHead | null): void;
}

/**
 * Keeps track of the file that a log is written to.
 *
 * @param rotation none: all of the log lies in one file
 * @param resume is called when it can be written to again
 */
export function createLogFile(rotation: Rotation | undefined, resume: () => void): LogFile {
  let start = rotation?.start ?? 0;
  let full = start + (rotation?.limit ?? Number.POSITIVE_INFINITY);
  let rotating: Promise<void> | null = null;

  async function rotate({ setAside, limit }: Rotation, head: LogHead): Promise<void> {
    if (await setAside(head)) start = head.bytes;
    full = head.bytes + limit;
    rotating = null;
    resume();
  }

  return {
    start: () => start,
    rotating: () => rotating,
    rotateIfFull(head) {
      if (rotation !== undefined && head !== null && head.bytes >= full) rotating = rotate(rotation, head);
    },
  };
}
