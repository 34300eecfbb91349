import { createHash } from 'node:crypto';
import { closeSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readLineBefore } from './last-line.ts';
import { openPlainFile } from './plain-file.ts';
import { CLOSED_FILE, INDEX_FILE, parseClosedTask, parseIndex, type ProjectIndex } from './project-index.ts';
import type { TaskRecord } from './project-register.ts';
import type { LogStart } from './scan-log.ts';
import { decodeChunk, walkLines } from './walk-lines.ts';

/** An index that fits its log, and the line it ends at. */
export interface FittingIndex extends ProjectIndex {
  readonly at: LogStart;
}

/**
 * Reads the index of a project, whatever its size within a few milliseconds.
 *
 * @returns null where there is none that fits the log: it is of another log or version, damaged, or ahead of the log
 */
export function readProjectIndex(projectFolder: string): FittingIndex | null {
  try {
    const index = parseIndex(readPlainFile(join(projectFolder, INDEX_FILE)));
    if (index === null) return null;
    const id = findLine(join(projectFolder, 'events.jsonl'), index.at);
    return id === null ? null : { ...index, at: { ...index.at, id } };
  } catch {
    // Whatever is wrong with it, the log itself can be read.
    return null;
  }
}

/** Reads the closed tasks that belong to an index; null when they are not what it was made with. */
export function readClosedTasks(
  projectFolder: string,
  { closed }: ProjectIndex,
): Map<string, TaskRecord> | null {
  const tasks = new Map<string, TaskRecord>();
  if (closed.bytes === 0) return tasks;
  try {
    const { fd } = openPlainFile(join(projectFolder, CLOSED_FILE), constants.O_RDONLY);
    try {
      return readBatches(fd, closed.bytes, tasks) === closed.digest ? tasks : null;
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}

/** Threat: a file of any size could stand in its place. */
const MAX_INDEX_BYTES = 64 * 1024 * 1024;

function readPlainFile(path: string): string {
  const { fd, stats } = openPlainFile(path, constants.O_RDONLY);
  try {
    return stats.size > MAX_INDEX_BYTES ? '' : readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

/** The id of the line that a log has at this place; null when it has another there, or none. */
function findLine(path: string, at: ProjectIndex['at']): string | null {
  const { fd } = openPlainFile(path, constants.O_RDONLY);
  try {
    const line = readLineBefore(fd, at.bytes);
    const isSame = line?.log_id === at.log_id && line.seq === at.seq && line.event_hash === at.event_hash;
    return isSame ? line.id : null;
  } finally {
    closeSync(fd);
  }
}

/** Reads batches of closed tasks and answers the digest after the last; empty when a line is none of ours. */
function readBatches(fd: number, bytes: number, tasks: Map<string, TaskRecord>): string {
  let digest = '';
  let hash = createHash('sha256').update('\n');
  const { why } = walkLines(fd, 0, bytes, (chunk, from, to) => {
    if (from === to) {
      digest = hash.digest('hex');
      hash = createHash('sha256').update(`${digest}\n`);
      return true;
    }
    hash.update(chunk.bytes.subarray(from, to + 1));
    const record = parseClosedTask(decodeChunk(chunk, from, to));
    if (record !== null) tasks.set(record.task_id, record);
    return record !== null;
  });
  return why === 'finished' ? digest : '';
}
