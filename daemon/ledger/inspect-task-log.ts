import { lstatSync } from 'node:fs';
import type { TaskStatus } from '../../protocol/generated/types.ts';
import type { LogHead } from '../ports/ledger.ts';
import { damaged } from './damaged.ts';
import { isPlain } from './plain-file.ts';
import { scanLog, type LogEnd } from './scan-log.ts';
import type { TaskRecord } from './scan-project-log.ts';
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
  readonly end: LogEnd;
}

/**
 * Compares a task log with its committed head; a log that stands exactly there is not read.
 *
 * @returns null for such a log
 * @throws ReeveError LEDGER_DAMAGED when the head covers more than there is, or the file is none of ours
 */
export function inspectKnownLog(path: string, record: TaskRecord): TaskTail | null {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw damaged(path, 'it is missing, although the project log knows it');
  if (!isPlain(stats)) throw damaged(path, 'a link, a folder or a device stands in its place');
  const committed = record.head?.bytes ?? 0;
  if (stats.size === committed && record.head !== null) return null;
  if (stats.size <= committed) {
    throw damaged(path, `it has ${stats.size} bytes, but its committed head covers ${committed}`);
  }
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
  });
}

function scanTail(path: string, record: TaskRecord): TaskTail {
  let { title, status, updated } = record;
  let genesis: string | null = null;
  const end = scanLog(path, record.head, (line, data) => {
    if (line.task_id !== record.task_id) throw damaged(path, `line ${line.seq} belongs to another task`);
    if (line.seq === 1) genesis = line.event_hash;
    if (line.type === 'task.opened') title = String(data()['title']);
    status = statusAfter(line, data, status);
    updated = line.time;
  });
  return { task_id: record.task_id, title, status, updated, head: end.head, genesis, end };
}
