import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TaskStatus } from '../../protocol/generated/types.ts';
import type { LogHead } from '../ports/ledger.ts';
import { damaged } from './damaged.ts';
import { isPlain } from './plain-file.ts';
import type { SealedPart, TaskRecord } from './project-register.ts';
import { scanLog, type LogEnd } from './scan-log.ts';
import { GROWING_FILE, segmentName } from './segment-files.ts';
import { statusAfter } from './task-status.ts';

/** A task log that does not stand where the project log says. */
export interface TaskTail {
  readonly task_id: string;
  readonly title: string;
  readonly status: TaskStatus;
  /** RFC 3339 time of the last line. */
  readonly updated: string;
  /** Null when no line of the log is intact. */
  readonly head: LogHead | null;
  /** Hash of the first line, for a log that the project log does not know. */
  readonly genesis: string | null;
  /** In the file that it grows in, whose offsets are smaller by what lies in segments. */
  readonly end: LogEnd;
}

/** Where the lines are that follow the segments which the project log knows. */
export interface GrowingFile {
  readonly path: string;
  /** Whether the file has its own name: while it was being sealed the ledger may have stopped. */
  readonly isInPlace: boolean;
}

/** Finds the file that a task's log grows in. */
export function findGrowingFile(taskFolder: string, { sealed }: Pick<TaskRecord, 'sealed'>): GrowingFile {
  const path = join(taskFolder, GROWING_FILE);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats !== undefined && !(stats.isFile() && stats.size === 0)) return { path, isInPlace: true };
  const unrecorded = join(taskFolder, segmentName((sealed?.segments ?? 0) + 1));
  if (lstatSync(unrecorded, { throwIfNoEntry: false }) !== undefined)
    return { path: unrecorded, isInPlace: false };
  return { path, isInPlace: stats !== undefined || sealed === null };
}

/**
 * Compares a task log with its committed head; a log that stands exactly there is not read.
 *
 * @param path of the file that it grows in: see {@link findGrowingFile}
 * @returns null for such a log
 * @throws ReeveError LEDGER_DAMAGED when the head covers more than there is, or the file is none of ours
 */
export function inspectKnownLog(path: string, record: TaskRecord): TaskTail | null {
  const { sealed } = record;
  if (sealed !== null) checkSegments(dirname(path), sealed);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined && sealed === null)
    throw damaged(path, 'it is missing, although the project log knows it');
  if (stats !== undefined && !isPlain(stats))
    throw damaged(path, 'a link, a folder or a device stands in its place');
  const size = stats?.size ?? 0;
  const committed = (record.head?.bytes ?? 0) - (sealed?.bytes ?? 0);
  if (size === committed && record.head !== null) return null;
  if (size <= committed)
    throw damaged(path, `it has ${size} bytes, but its committed head covers ${committed}`);
  const tail = scanTail(path, record);
  if (tail.head === null) throw damaged(path, 'its first line is not the one the project log knows');
  if (tail.head.log_id !== record.log_id) throw damaged(path, 'it belongs to another task');
  if (record.head === null && tail.genesis !== record.genesis) {
    throw damaged(path, 'its first line is not the one the project log knows');
  }
  return { ...tail, genesis: null };
}

/**
 * Reads a task log of which the project log knows nothing: a crash came between the two, or it was imported.
 *
 * @returns null when there is no such file, or an empty one
 * @throws ReeveError LEDGER_DAMAGED when it holds another task's lines
 */
export function inspectUnknownLog(path: string, taskId: string): TaskTail | null {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || (stats.isFile() && stats.size === 0)) return null;
  return scanTail(path, {
    task_id: taskId,
    log_id: '',
    genesis: '',
    title: taskId,
    created: '',
    status: 'queued',
    updated: '',
    head: null,
    sealed: null,
  });
}

/** Of the segments only the size is looked at: what is in them is never written again. */
function checkSegments(taskFolder: string, { segments, bytes }: SealedPart): void {
  let found = 0;
  for (let segment = 1; segment <= segments; segment += 1) {
    const path = join(taskFolder, segmentName(segment));
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) throw damaged(path, 'it is missing, although the project log knows it');
    if (!isPlain(stats)) throw damaged(path, 'a link, a folder or a device stands in its place');
    found += stats.size;
  }
  if (found === bytes) return;
  const path = join(taskFolder, segmentName(segments));
  throw damaged(path, `it and those before it have ${found} bytes, and ${bytes} were sealed`);
}

function scanTail(path: string, record: TaskRecord): TaskTail {
  const before = record.sealed?.bytes ?? 0;
  const start = record.head === null ? null : { ...record.head, bytes: record.head.bytes - before };
  let { title, status, updated } = record;
  let genesis: string | null = null;
  const end = scanLog(path, start, (line, data) => {
    if (line.task_id !== record.task_id) throw damaged(path, `line ${line.seq} belongs to another task`);
    if (line.seq === 1) genesis = line.event_hash;
    if (line.type === 'task.opened') title = String(data()['title']);
    status = statusAfter(line, data, status);
    updated = line.time;
  });
  const head = end.head === null ? null : { ...end.head, bytes: end.head.bytes + before };
  return { task_id: record.task_id, title, status, updated, head, genesis, end };
}
