import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { portableNames } from '../portable-name.ts';
import { attemptOf, isArchivedFile, isArchivedFolder } from '../project-layout.ts';
import type { ProjectLog } from '../project-log.ts';
import type { TaskCut } from './task-cut.ts';

/** One file to archive: so many bytes from its beginning. */
export interface PayloadFile {
  /** Relative to the project folder, POSIX separators. */
  readonly path: string;
  /** The path in portable spelling: its name in the archive, below `data/`. */
  readonly spelled: string;
  readonly bytes: number;
}

/** Something in the project folder that belongs in the archive and cannot be there. */
export interface LeftOut {
  readonly path: string;
  readonly reason: string;
}

/** What an archive of a project will hold, in order of the names in it. */
export interface PayloadPlan {
  readonly files: readonly PayloadFile[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Lists what an archive of a project holds: see `isArchivedFile`.
 *
 * Logs end where they were cut. Tasks and attempts that began, or did not end, before the cut are not listed: their
 * files may still be changing.
 */
export async function planPayload(
  folder: string,
  project: ProjectLog,
  cuts: readonly TaskCut[],
): Promise<PayloadPlan> {
  const tasks = new Map(cuts.map((cut) => [cut.task_id, cut]));
  const files: PayloadFile[] = [];
  const leftOut: LeftOut[] = [];
  for await (const found of walk(folder, '', '', (path) => isSettled(path, tasks))) {
    if ('reason' in found) leftOut.push(found);
    else files.push({ ...found, bytes: cutOf(found.path, project, tasks) ?? found.bytes });
  }
  return { files: files.sort((a, b) => (a.spelled < b.spelled ? -1 : 1)), leftOut };
}

function isSettled(path: string, tasks: ReadonlyMap<string, TaskCut>): boolean {
  const place = attemptOf(path);
  if (place === null) return true;
  const task = tasks.get(place.taskId);
  return task !== undefined && (place.attemptId === undefined || task.endedAttempts.has(place.attemptId));
}

function cutOf(path: string, project: ProjectLog, tasks: ReadonlyMap<string, TaskCut>): number | undefined {
  if (path === 'events.jsonl') return project.head.bytes;
  const [, taskId, name] = path.split('/');
  return name === 'events.jsonl' ? tasks.get(taskId ?? '')?.bytes : undefined;
}

/** @param isSettled whether a path may be archived now */
async function* walk(
  folder: string,
  path: string,
  spelled: string,
  isSettled: (path: string) => boolean,
): AsyncGenerator<PayloadFile | LeftOut, void, undefined> {
  const entries = await readdir(join(folder, path), { withFileTypes: true });
  const wanted = entries.filter((entry) => {
    const at = path + entry.name;
    return (
      isSettled(at) &&
      ((!entry.isDirectory() && isArchivedFile(at)) || (!entry.isFile() && isArchivedFolder(at)))
    );
  });
  const names = portableNames(wanted.map(({ name }) => name));
  for (const entry of wanted) {
    const at = path + entry.name;
    const name = spelled + (names.get(entry.name) ?? entry.name);
    const reason = whyNot(entry);
    if (reason !== null) yield { path: at, reason };
    else if (entry.isDirectory()) yield* walk(folder, `${at}/`, `${name}/`, isSettled);
    else yield { path: at, spelled: name, bytes: (await lstat(join(folder, at))).size };
  }
}

/** Threat: what was dropped into an inbox is kept in `rejected/` whatever it is, and artifacts are a worker's. */
function whyNot(entry: Dirent): string | null {
  if (entry.name.includes('\ufffd')) return 'its name is not UTF-8';
  if (entry.isFile() || entry.isDirectory()) return null;
  return entry.isSymbolicLink() ? 'it is a symbolic link' : 'it is not a regular file';
}
