import { closeSync, constants, readdirSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import { openPlainFile } from './plain-file.ts';

/**
 * The files of a task's log: sealed segments, each a part of it that is never written again, and the one that grows.
 *
 * ```
 * events.000001.jsonl   events.000002.jsonl   …   events.jsonl
 * ```
 *
 * Every line lies in one of them, whole. Right after a segment was sealed the file that grows is empty, or not there.
 */
export const GROWING_FILE = 'events.jsonl';

/** The name of a segment in its task's folder. @param segment 1 for the first */
export function segmentName(segment: number): string {
  return `events.${String(segment).padStart(6, '0')}.jsonl`;
}

/** Lists the names of a log's segments in order; none where there is no such folder. */
export function listSegments(taskFolder: string): readonly string[] {
  if (statSync(taskFolder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(taskFolder)
    .filter((name) => SEGMENT.test(name))
    .sort();
}

const SEGMENT = /^events\.\d{6}\.jsonl$/;

/** A task's log as it is at one moment, whatever is sealed afterwards. */
export interface OpenedLog {
  /** Absolute paths, in order. */
  readonly segments: readonly string[];
  /** The file that grows, to be closed; null where there are only segments. */
  readonly growing: { readonly fd: number; readonly stats: Stats } | null;
}

/**
 * Opens a task's log for reading.
 *
 * @throws ReeveError NOT_FOUND, LEDGER_DAMAGED, IO_FAILED
 */
export function openTaskLog(taskFolder: string): OpenedLog {
  const path = join(taskFolder, GROWING_FILE);
  for (let names = listSegments(taskFolder); ;) {
    const growing = openIfThere(path);
    const now = listSegments(taskFolder);
    if (now.length === names.length) {
      if (growing === null && names.length === 0) throw noLog(path);
      return { segments: names.map((name) => join(taskFolder, name)), growing };
    }
    // Meanwhile one was sealed: what was opened may be that file, or the one after it.
    if (growing !== null) closeSync(growing.fd);
    names = now;
  }
}

function openIfThere(path: string): OpenedLog['growing'] {
  try {
    return openPlainFile(path, constants.O_RDONLY);
  } catch (error) {
    if (error instanceof ReeveError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

function noLog(path: string): ReeveError {
  return new ReeveError('NOT_FOUND', `There is no file ${path}.`);
}
