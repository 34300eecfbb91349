import { createHash } from 'node:crypto';
import { chmodSync, close, closeSync, constants, lstatSync, openSync, read, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EventDraft } from '../../protocol/events.ts';
import type { LogHead } from '../ports/ledger.ts';
import { damaged } from './damaged.ts';
import type { WriterContext } from './log-writer.ts';
import { openPlainFile } from './plain-file.ts';
import type { SealedPart } from './project-register.ts';
import { GROWING_FILE, segmentName } from './segment-files.ts';
import { syncFolder } from './sync-folder.ts';

/** The file of a task's log that is to be sealed. */
export interface FileToSeal {
  readonly taskId: string;
  /** Absolute path. */
  readonly taskFolder: string;
  /** What lies in the segments before it. */
  readonly before: SealedPart;
  /** Its last line. */
  readonly head: LogHead;
}

/** What the project log is to be told; both resolve when it is durable. */
export interface SealingNotes {
  commitHead(taskId: string): Promise<void>;
  record(draft: EventDraft): Promise<void>;
}

/**
 * Seals the file that a task's log grows in; it must not be written to meanwhile.
 *
 * ```
 * commit the head → digest → rename, new empty file, fsync of the folder → record in the project log → read-only
 * ```
 *
 * What the project log records is there, then. Until it is recorded the file is put back: here if that fails, by the
 * next opening after a crash (see {@link unsealFile}). The lines themselves are in their place at any moment.
 *
 * @returns what is sealed now; null when nothing changed
 */
export async function sealSegment(
  { descriptors, health }: Pick<WriterContext, 'descriptors' | 'health'>,
  file: FileToSeal,
  notes: SealingNotes,
): Promise<SealedPart | null> {
  const { taskId, taskFolder, before, head } = file;
  const path = join(taskFolder, GROWING_FILE);
  const segment = before.segments + 1;
  const sealed = join(taskFolder, segmentName(segment));
  try {
    await notes.commitHead(taskId);
    const sha256 = await hashFile(path, head.bytes - before.bytes);
    health.assertSound();
    descriptors.forget(path);
    renameAside(path, sealed);
    trySync(health, taskFolder);
    await notes.record(toDraft(file, sha256)).catch((error: unknown) => {
      // Of an unsound ledger nobody knows whether it was recorded.
      health.assertSound();
      putBack(health, taskFolder, segment);
      throw error;
    });
  } catch {
    return null;
  }
  makeReadOnly(sealed);
  return { segments: segment, seq: head.seq, bytes: head.bytes };
}

/**
 * Undoes the sealing of a file that was not recorded; the new file must be empty. Does nothing where it was undone, and
 * makes sure in any case that there is a file that grows.
 *
 * @param segment the one after those that the project log knows
 */
export function unsealFile(taskFolder: string, segment: number): void {
  const path = join(taskFolder, GROWING_FILE);
  const sealed = join(taskFolder, segmentName(segment));
  if (lstatSync(sealed, { throwIfNoEntry: false }) !== undefined) renameSync(sealed, path);
  else closeSync(openSync(path, 'a', 0o644));
  syncFolder(taskFolder);
}

const CHUNK_BYTES = 262_144;

const readFile = promisify(read);
const closeFile = promisify(close);

/** In chunks, so that other logs are written meanwhile. */
async function hashFile(path: string, bytes: number): Promise<string> {
  const { fd, stats } = openPlainFile(path, constants.O_RDONLY);
  try {
    if (stats.size !== bytes) throw damaged(path, `it has ${stats.size} bytes, and ${bytes} were written`);
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    for (let position = 0; position < bytes;) {
      const { bytesRead } = await readFile(fd, buffer, 0, buffer.length, position);
      if (bytesRead === 0) throw damaged(path, `it ends at byte ${position} instead of ${bytes}`);
      hash.update(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
    return hash.digest('hex');
  } finally {
    await closeFile(fd);
  }
}

/** Both or neither. */
function renameAside(path: string, sealed: string): void {
  // Threat: a rename would replace whatever was laid there.
  if (lstatSync(sealed, { throwIfNoEntry: false }) !== undefined)
    throw damaged(sealed, 'no line tells of it');
  renameSync(path, sealed);
  try {
    closeSync(openSync(path, 'wx', 0o644));
  } catch (error) {
    renameSync(sealed, path);
    throw error;
  }
}

function trySync(health: WriterContext['health'], folder: string): void {
  try {
    syncFolder(folder);
  } catch (error) {
    throw health.poison(folder, error);
  }
}

function putBack(health: WriterContext['health'], taskFolder: string, segment: number): void {
  try {
    unsealFile(taskFolder, segment);
  } catch (error) {
    health.poison(taskFolder, error);
  }
}

function toDraft({ taskId, before, head }: FileToSeal, sha256: string): EventDraft {
  const segment = before.segments + 1;
  return {
    type: 'segment.sealed',
    data: {
      task_id: taskId,
      log_id: head.log_id,
      segment,
      file: segmentName(segment),
      first_seq: before.seq + 1,
      last_seq: head.seq,
      head_hash: head.event_hash,
      bytes: head.bytes - before.bytes,
      sha256,
    },
  };
}

/** Against accidents only, and not on every file system. */
function makeReadOnly(path: string): void {
  try {
    chmodSync(path, 0o444);
  } catch {
    // It stays as it is.
  }
}
