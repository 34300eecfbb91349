import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkpoint, SignedCheckpoint } from '../../protocol/checkpoint.ts';
import { isId } from '../../protocol/ids.ts';
import { assertContinues } from './assert-continues.ts';
import { readCheckpointFile } from './checkpoint-file.ts';
import { findGrowingFile, inspectKnownLog, inspectUnknownLog, type TaskTail } from './inspect-task-log.ts';
import type { FittingIndex } from './read-project-index.ts';
import { scanFromIndex } from './read-project-log.ts';
import { scanOfNothing, scanProjectLog, type ProjectScan } from './scan-project-log.ts';
import { taskFolder, taskLogPath } from './task-log.ts';

/** A project as its logs tell it; nothing was changed. */
export interface ExaminedProject {
  readonly scan: ProjectScan;
  /** The index that told part of it; null when everything was read. */
  readonly index: FittingIndex | null;
  /** Every task log that does not stand exactly at its head. */
  readonly tails: readonly TaskTail[];
  /** The tasks whose growing file is not in its place, and how many segments of each the project log knows. */
  readonly misplaced: readonly { readonly task_id: string; readonly segments: number }[];
}

/** Finds the checkpoints seen of a log, by its id, which it must continue. */
export type SeenCheckpoints = (logId: string) => readonly Checkpoint[];

/**
 * Reads a project log, compares it with its checkpoint and what was seen of it, and each task log's size with its head.
 *
 * Of the closed tasks that an index tells of not even the size is looked up: nothing is ever added to them, and whoever
 * reads one checks it.
 *
 * @param seen null: a person accepted that the log continues nothing
 * @throws ReeveError LEDGER_ROLLED_BACK, LEDGER_FORKED, LEDGER_DAMAGED, IO_FAILED
 */
export function examineProject(projectFolder: string, seen: SeenCheckpoints | null): ExaminedProject {
  // What a person accepted is looked at whole: an index could hide where it breaks.
  if (seen === null) return withTails(projectFolder, scanWhole(projectFolder), null);
  const known = { own: readCheckpointFile(projectFolder), seen };
  return examineFromIndex(projectFolder, known) ?? examineWhole(projectFolder, known);
}

interface Known {
  readonly own: SignedCheckpoint | null;
  readonly seen: SeenCheckpoints;
}

/** Threat: an index may have been tampered with. Whatever seems wrong because of it is read anew without it. */
function examineFromIndex(projectFolder: string, known: Known): ExaminedProject | null {
  try {
    const indexed = scanFromIndex(projectFolder, (logId) => sizesOf(known, logId));
    return indexed === null ? null : check(projectFolder, known, indexed.scan, indexed.index);
  } catch {
    return null;
  }
}

function examineWhole(projectFolder: string, known: Known): ExaminedProject {
  const scan = scanWhole(projectFolder, (logId) => sizesOf(known, logId));
  return check(projectFolder, known, scan, null);
}

function sizesOf({ own, seen }: Known, logId: string): readonly number[] {
  return [...(own === null ? [] : [own]), ...seen(logId)].map(({ size }) => size);
}

function scanWhole(projectFolder: string, sizes?: (logId: string) => readonly number[]): ProjectScan {
  const path = join(projectFolder, 'events.jsonl');
  const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  return isThere ? scanProjectLog(path, sizes) : scanOfNothing(path);
}

function check(
  projectFolder: string,
  { own, seen }: Known,
  scan: ProjectScan,
  index: FittingIndex | null,
): ExaminedProject {
  const logId = scan.genesis?.log_id;
  const found = logId === undefined ? [] : seen(logId);
  assertContinues(join(projectFolder, 'events.jsonl'), scan, { own, seen: found });
  return withTails(projectFolder, scan, index);
}

function withTails(projectFolder: string, scan: ProjectScan, index: FittingIndex | null): ExaminedProject {
  return { scan, index, ...listTails(projectFolder, scan) };
}

function listTails(
  folder: string,
  { tasks, register }: ProjectScan,
): Pick<ExaminedProject, 'tails' | 'misplaced'> {
  const tails: TaskTail[] = [];
  const misplaced: { readonly task_id: string; readonly segments: number }[] = [];
  for (const record of [...register.state().open, ...register.closed.values()]) {
    const { task_id, sealed } = record;
    const { path, isInPlace } = findGrowingFile(taskFolder(folder, task_id), record);
    if (!isInPlace) misplaced.push({ task_id, segments: sealed?.segments ?? 0 });
    const tail = inspectKnownLog(path, record);
    if (tail !== null) tails.push(tail);
  }
  for (const taskId of listFolders(join(folder, 'tasks'))) {
    if (tasks.has(taskId) || !isId(taskId)) continue;
    const tail = inspectUnknownLog(taskLogPath(folder, taskId), taskId);
    if (tail !== null) tails.push(tail);
  }
  return { tails, misplaced };
}

function listFolders(path: string): readonly string[] {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(path).sort();
}
