import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { GROWING_FILE, listSegments } from './segment-files.ts';
import { syncFolder } from './sync-folder.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

/*
 * A newer copy of a project takes the place of an older one, file by file, whatever happens meanwhile:
 *
 *   stage      <project>/.fast-forward/files/**    every file, verified and on disk
 *   ready      <project>/.fast-forward/ready       from here on it will be done; lists what has to go
 *   move       evidence → task logs → project log → checkpoint, each by a rename
 *   clean up   the folder is removed
 *
 * A crash before `ready` leaves the project as it was, one after it is made good when the project is opened next: what
 * is still in the folder is moved in the same order. While files are moved, no log refers to what is not there yet.
 */

/** A newer copy of a project on its way. */
export interface FastForward {
  /** Where its files are to be laid, in the layout of a project; it is made by who lays them. */
  readonly folder: string;
  /** Puts them in their places, once all of them are on disk. */
  commit(): void;
  /** Leaves the project as it was. */
  cancel(): void;
}

/** Begins to bring a project forward. The project must not be open, and nothing be begun: see `finishFastForward`. */
export function beginFastForward(projectFolder: string): FastForward {
  const { staging, files, ready } = placesOf(projectFolder);
  mkdirSync(staging);
  return {
    folder: files,
    commit() {
      syncFolder(staging);
      syncFolder(projectFolder);
      writeFileAtomically(ready, JSON.stringify(listStaleSegments(files, projectFolder)));
      finishFastForward(projectFolder);
    },
    cancel: () => rmSync(staging, { recursive: true, force: true }),
  };
}

/** Completes, or undoes, what a crash interrupted; does nothing where nothing was begun. */
export function finishFastForward(projectFolder: string): void {
  const { staging, files, ready } = placesOf(projectFolder);
  if (!existsSync(staging)) return;
  if (existsSync(ready)) {
    const stale = JSON.parse(readFileSync(ready, 'utf8')) as readonly string[];
    for (const path of stale) rmSync(join(projectFolder, path), { force: true });
    for (const paths of inOrder(listFiles(files, ''))) moveAll(files, projectFolder, paths);
    rmSync(ready);
    syncFolder(staging);
  }
  rmSync(staging, { recursive: true });
  syncFolder(projectFolder);
}

function placesOf(projectFolder: string): {
  readonly staging: string;
  readonly files: string;
  readonly ready: string;
} {
  const staging = join(projectFolder, '.fast-forward');
  return { staging, files: join(staging, 'files'), ready: join(staging, 'ready') };
}

/**
 * Segments of this copy that the newer one does not have: sealed, and not recorded before a crash. Their lines are in the
 * newer log, and would be read twice.
 */
function listStaleSegments(files: string, projectFolder: string): readonly string[] {
  const logs = listFiles(files, '').filter((path) => isTaskLog(path) && basename(path) === GROWING_FILE);
  return logs.map(dirname).flatMap((taskFolder) => {
    const own = listSegments(join(projectFolder, taskFolder)).map((name) => join(taskFolder, name));
    return own.filter((path) => !existsSync(join(files, path)));
  });
}

function isTaskLog(path: string): boolean {
  return /^tasks[/\\][^/\\]+[/\\]events\.(?:\d{6}\.)?jsonl$/.test(path);
}

function listFiles(folder: string, path: string): readonly string[] {
  if (!existsSync(join(folder, path))) return [];
  return readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
    const at = join(path, entry.name);
    return entry.isDirectory() ? listFiles(folder, at) : [at];
  });
}

/** What refers to other files comes after them. */
function inOrder(paths: readonly string[]): readonly (readonly string[])[] {
  const rankOf = (path: string): number => {
    if (path === 'checkpoint') return 3;
    if (path === 'events.jsonl') return 2;
    return isTaskLog(path) ? 1 : 0;
  };
  return [0, 1, 2, 3].map((rank) => paths.filter((path) => rankOf(path) === rank));
}

/** On disk before anything of the next rank moves. */
function moveAll(from: string, to: string, paths: readonly string[]): void {
  const folders = new Set<string>();
  for (const path of paths) {
    const target = join(to, path);
    makeFolder(dirname(target), folders);
    // Sealed segments are read-only, which on Windows they could not be replaced.
    if (process.platform === 'win32' && existsSync(target)) chmodSync(target, 0o644);
    renameSync(join(from, path), target);
    folders.add(dirname(target));
  }
  for (const folder of folders) syncFolder(folder);
}

/** The names of new folders have to be on disk as well. */
function makeFolder(folder: string, toSync: Set<string>): void {
  if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) return;
  makeFolder(dirname(folder), toSync);
  mkdirSync(folder);
  toSync.add(dirname(folder));
}
