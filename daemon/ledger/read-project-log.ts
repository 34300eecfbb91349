import { join } from 'node:path';
import { readClosedTasks, readProjectIndex } from './read-project-index.ts';
import type { FittingIndex } from './read-project-index.ts';
import { createProjectRegister, type ProjectGenesis, type TaskRecord } from './project-register.ts';
import { scanOnward, scanProjectLog, type ProjectScan, type SizesOf } from './scan-project-log.ts';
import type { LogHead, TaskCounts } from '../ports/ledger.ts';

/** A project without most of its closed tasks. */
export interface ProjectOverview {
  readonly genesis: ProjectGenesis | null;
  /** The end of the log. */
  readonly head: LogHead | null;
  /** The tasks that were closed last, newest last, then the open ones in the order of their creation. */
  readonly tasks: readonly TaskRecord[];
  /** Over all tasks, of each status that there is. */
  readonly counts: TaskCounts;
}

/**
 * Reads a project log, the part that an index covers from there.
 *
 * @throws ReeveError NOT_FOUND, LEDGER_DAMAGED, IO_FAILED
 */
export function readProjectLog(projectFolder: string): ProjectScan {
  const path = logOf(projectFolder);
  return tried(() => scanFromIndex(projectFolder)?.scan ?? null) ?? scanProjectLog(path);
}

/**
 * Reads what a project comes to, within milliseconds where there is an index, however many tasks were closed.
 *
 * @throws ReeveError NOT_FOUND, LEDGER_DAMAGED, IO_FAILED
 */
export function readProjectOverview(projectFolder: string): ProjectOverview {
  const path = logOf(projectFolder);
  const index = readProjectIndex(projectFolder);
  const short = index === null ? null : tried(() => continueFrom(path, index, new Map(), () => []));
  return toOverview(short ?? scanProjectLog(path));
}

/** A scan that began where an index ended. */
export interface IndexedScan {
  readonly scan: ProjectScan;
  readonly index: FittingIndex;
}

/**
 * Reads a project log from where its index ends.
 *
 * Threat: an index could name a tree that the log never had. Where a root is known from elsewhere it must be asked for:
 * one at or beyond the index proves the tree of the index right, and one before it is answered by reading all lines.
 *
 * @param sizesOf as for {@link scanProjectLog}
 * @returns null where there is no index that fits and answers
 * @throws ReeveError LEDGER_DAMAGED, IO_FAILED; what a scan of the whole log says then is what counts
 */
export function scanFromIndex(projectFolder: string, sizesOf: SizesOf = () => []): IndexedScan | null {
  const index = readProjectIndex(projectFolder);
  if (index === null) return null;
  const sizes = [...sizesOf(index.at.log_id)];
  if (sizes.some((size) => size > 0 && size < index.tree.size)) return null;
  const settled = readClosedTasks(projectFolder, index);
  if (settled === null) return null;
  return { scan: continueFrom(logOf(projectFolder), index, settled, () => sizes), index };
}

function logOf(projectFolder: string): string {
  return join(projectFolder, 'events.jsonl');
}

function continueFrom(
  path: string,
  { at, tree, register }: FittingIndex,
  settled: Map<string, TaskRecord>,
  sizesOf: SizesOf,
): ProjectScan {
  return scanOnward(path, { at, tree, register: createProjectRegister(path, register), settled }, sizesOf);
}

/** What an index seems to show is never the last word: the log is. */
function tried<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

function toOverview({ end, genesis, register }: ProjectScan): ProjectOverview {
  const { recent, open, counts } = register.state();
  const present = Object.entries(counts).filter(([, count]) => count > 0);
  return { genesis, head: end.head, tasks: [...recent, ...open], counts: Object.fromEntries(present) };
}
