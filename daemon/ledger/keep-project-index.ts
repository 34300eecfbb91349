import { closeSync, constants, write } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { LedgerEvent } from '../../protocol/events.ts';
import type { MerkleFrontier } from '../../protocol/merkle-tree.ts';
import type { LogHead } from '../ports/ledger.ts';
import { openPlainFile } from './plain-file.ts';
import {
  CLOSED_FILE,
  closedDigest,
  formatClosedTask,
  formatIndex,
  INDEX_FILE,
  type ClosedPart,
} from './project-index.ts';
import type { ProjectRegister, TaskRecord } from './project-register.ts';

/** Keeps the index of a project that is open for writing close behind its log. */
export interface IndexKeeper {
  /** Takes note of durable lines. */
  add(events: readonly LedgerEvent[], end: LogHead): void;
  /** Resolves when no index is being written. */
  idle(): Promise<void>;
}

/** What an index is kept from. */
export interface IndexSource {
  /** Absolute path of the project's folder. */
  readonly folder: string;
  /** What the log came to so far. */
  readonly register: ProjectRegister;
  /** The end of the log; null for one without lines. */
  readonly head: LogHead | null;
  /** The index on disk that the register went on from; null for none. */
  readonly index: { readonly at: LogHead; readonly closed: ClosedPart } | null;
  /** The tree over the durable lines. */
  readonly frontier: () => MerkleFrontier;
  /** Bytes by which the log grows between two writes; more behind an index that is larger. */
  readonly every: number;
}

/**
 * Creates the keeper of a project's index.
 *
 * Written beside the appends, never synced and never missed: a crash leaves an index that is behind the log or does not
 * fit its closed tasks, and is ignored then. Nothing waits for it but the end of the ledger.
 */
export function createIndexKeeper({ folder, register, ...source }: IndexSource): IndexKeeper {
  let end = source.head;
  let closed = source.index?.closed ?? { bytes: 0, digest: '' };
  let covered = source.index?.at.bytes ?? 0;
  let growth = source.every;
  let isLost = false;
  let writing: Promise<void> | null = null;

  function writeIfGrown(): void {
    if (writing !== null || isLost || end === null || end.bytes - covered < growth) return;
    writing = writeIndex()
      // A disk that is full or read-only: it is tried again after more lines.
      .catch(() => undefined)
      .finally(() => (writing = null));
  }

  async function writeIndex(): Promise<void> {
    // After this turn, in which the lines of one write are told one append after the other.
    await setImmediate();
    const at = end;
    const tree = source.frontier();
    if (at === null || at.seq !== tree.size) return;
    covered = at.bytes;
    const state = register.state();
    const settled = [...register.closed.values()];
    closed = await appendClosed(join(folder, CLOSED_FILE), closed, settled);
    for (const record of settled) register.settle(record);
    const text = formatIndex({ at, tree, register: state, closed });
    await replaceFile(join(folder, INDEX_FILE), text);
    growth = Math.max(source.every, text.length);
  }

  writeIfGrown();
  return {
    add(events, head) {
      end = head;
      try {
        for (const event of events) register.take(event, () => ({ ...event.data }));
      } catch {
        // A line about a task that was settled: what the register says is no longer true.
        isLost = true;
      }
      writeIfGrown();
    },
    async idle() {
      await writing;
    },
  };
}

/** Closed tasks that are written at once: a fraction of a millisecond's work. */
const BATCH = 500;

const writeBytes = promisify(write);

async function appendClosed(
  path: string,
  before: ClosedPart,
  records: readonly TaskRecord[],
): Promise<ClosedPart> {
  if (records.length === 0) return before;
  const { fd } = openPlainFile(path, constants.O_WRONLY | constants.O_CREAT);
  try {
    let { bytes, digest } = before;
    for (let from = 0; from < records.length; from += BATCH) {
      const batch = records
        .slice(from, from + BATCH)
        .map(formatClosedTask)
        .join('');
      digest = closedDigest(digest, batch);
      bytes += await writeAll(fd, Buffer.from(`${batch}\n`), bytes);
    }
    return { bytes, digest };
  } finally {
    closeSync(fd);
  }
}

async function writeAll(fd: number, bytes: Buffer, position: number): Promise<number> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await writeBytes(fd, bytes, done, bytes.length - done, position + done);
    if (bytesWritten === 0) throw new Error('the system wrote nothing');
    done += bytesWritten;
  }
  return bytes.length;
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  // Left by a crash. Threat: opened as it is, it could be a link to something else.
  await rm(temporary, { force: true });
  const handle = await open(temporary, 'wx', 0o644);
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
}
