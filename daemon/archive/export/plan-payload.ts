import { lstatSync, readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { portableNames } from '../portable-name.ts';
import { attemptOf, CHECKPOINT, isArchivedFile, isArchivedFolder, isLog } from '../project-layout.ts';

/** One file to archive. */
export interface PayloadFile {
  /** Relative to the project folder, POSIX separators. */
  readonly path: string;
  /** The path in portable spelling: its name in the archive, below `data/`. */
  readonly spelled: string;
  readonly bytes: number;
}

/** Something in the project folder that belongs in the archive and is not there. */
export interface LeftOut {
  readonly path: string;
  readonly reason: string;
}

/** What an archive of a project will hold, in order of the names in it. */
export interface PayloadPlan {
  readonly files: readonly PayloadFile[];
  readonly leftOut: readonly LeftOut[];
}

/** A file whose content is composed, whatever lies there: a log, or the checkpoint. */
export interface ComposedFile {
  /** In its folder. */
  readonly name: string;
  readonly bytes: number;
}

/** Gathers a plan, folder by folder. */
export interface PayloadPlanner {
  /** Lists what lies in a task's folder. @param endedAttempts those whose files no longer change */
  addTask(taskId: string, logs: readonly ComposedFile[], endedAttempts: readonly string[]): void;
  /**
   * Lists everything else.
   *
   * @param named files that lines of the project log name: without one, anchors and rules are not yet part of it
   * @param isPart whether tasks are left out
   */
  addProject(composed: readonly ComposedFile[], named: ReadonlySet<string>, isPart: boolean): void;
  finish(): PayloadPlan;
}

/**
 * Creates a planner of what an archive of a project holds: see `isArchivedFile`.
 *
 * Logs end where they were cut. Tasks and attempts that began, or did not end, before the cut are not listed: their
 * files may still be changing.
 *
 * @param tasks all that will be added
 */
export function createPayloadPlanner(folder: string, tasks: readonly string[]): PayloadPlanner {
  const files: PayloadFile[] = [];
  const leftOut: LeftOut[] = [];
  const spellings = portableNames(tasks);
  const add = (found: PayloadFile | LeftOut): void => {
    if ('reason' in found) leftOut.push(found);
    else files.push(found);
  };
  return {
    addTask(taskId, logs, endedAttempts) {
      const isSettled = (path: string): boolean => {
        const attemptId = attemptOf(path)?.attemptId;
        return attemptId === undefined || endedAttempts.includes(attemptId);
      };
      const place = { path: `tasks/${taskId}/`, spelled: `tasks/${spellings.get(taskId) ?? taskId}/` };
      for (const found of walk({ folder, isWanted: isSettled }, place, logs)) add(found);
    },
    addProject(composed, named, isPart) {
      const isWanted = (path: string): boolean => {
        if (/^(?:anchors|policy)\//.test(path)) return named.has(path);
        return path !== 'tasks' && !(isPart && path === 'rejected');
      };
      for (const found of walk({ folder, isWanted }, { path: '', spelled: '' }, composed)) add(found);
      if (isPart && lstatSync(join(folder, 'rejected'), { throwIfNoEntry: false }) !== undefined)
        add({
          path: 'rejected',
          reason: 'what was refused belongs to no task, and only some are handed over',
        });
    },
    finish: () => ({ files: files.sort((a, b) => (a.spelled < b.spelled ? -1 : 1)), leftOut }),
  };
}

interface Walk {
  readonly folder: string;
  readonly isWanted: (path: string) => boolean;
}

/** A folder, as it is and as the archive spells it; both end with a slash, but for the project's own. */
interface Place {
  readonly path: string;
  readonly spelled: string;
}

function* walk(
  context: Walk,
  { path, spelled }: Place,
  composed: readonly ComposedFile[] = [],
): Generator<PayloadFile | LeftOut, void, undefined> {
  const wanted = readdirSync(join(context.folder, path), { withFileTypes: true }).filter((entry) =>
    isEvidence(context, path + entry.name, entry),
  );
  const names = portableNames([...composed, ...wanted].map(({ name }) => name));
  const place = (name: string): Place => {
    const own = path + name;
    const portable = spelled + (names.get(name) ?? name);
    // The same string for both: a hundred thousand paths are held.
    return { path: own, spelled: portable === own ? own : portable };
  };
  for (const { name, bytes } of composed) yield { ...place(name), bytes };
  for (const entry of wanted) {
    const at = place(entry.name);
    const reason = whyNot(entry);
    if (reason !== null) yield { path: at.path, reason };
    else if (entry.isDirectory()) yield* walk(context, { path: `${at.path}/`, spelled: `${at.spelled}/` });
    else yield { ...at, bytes: lstatSync(join(context.folder, at.path)).size };
  }
}

function isEvidence({ isWanted }: Walk, path: string, entry: Dirent): boolean {
  // Composed, where they belong into the archive.
  if (path === CHECKPOINT || isLog(path)) return false;
  const isKind =
    (!entry.isDirectory() && isArchivedFile(path)) || (!entry.isFile() && isArchivedFolder(path));
  return isKind && isWanted(path);
}

/** Threat: what was dropped into an inbox is kept in `rejected/` whatever it is, and artifacts are a worker's. */
function whyNot(entry: Dirent): string | null {
  if (entry.name.includes('\ufffd')) return 'its name is not UTF-8';
  if (entry.isFile() || entry.isDirectory()) return null;
  return entry.isSymbolicLink() ? 'it is a symbolic link' : 'it is not a regular file';
}
