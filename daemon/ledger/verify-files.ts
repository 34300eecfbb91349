import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
} from 'node:fs';
import { isAbsolute, join, sep } from 'node:path';
import type { KeptFile, VerifyFault } from './verify-report.ts';

/** A file beside a log, as a line of the log (or a file so claimed) describes it. */
export interface FileClaim {
  readonly what: KeptFile;
  /** Relative to the task folder, POSIX separators. */
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly seq: number;
  /** Whether the file lists further files: a review record. */
  readonly isList: boolean;
}

/**
 * Compares the files of a task with their claims.
 *
 * @param log the task's log, for the findings, relative to the project folder like the paths in them
 */
export function verifyFiles(
  taskFolder: string,
  log: string,
  claims: readonly FileClaim[],
): { readonly faults: readonly VerifyFault[]; readonly files: number } {
  const faults: VerifyFault[] = [];
  const seen = new Set<string>();
  const queue = [...claims];
  for (const claim of queue) {
    const key = `${claim.sha256} ${claim.bytes} ${claim.path}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const fault = verifyFile(taskFolder, log, claim);
    if (fault !== null) faults.push(fault);
    else if (claim.isList) queue.push(...listClaims(join(taskFolder, claim.path), claim));
  }
  return { faults, files: seen.size };
}

/** Larger review records are not looked into; their own digest is checked like any other. */
const MAX_LIST_BYTES = 64 * 1024 * 1024;

function verifyFile(taskFolder: string, log: string, claim: FileClaim): VerifyFault | null {
  const { what, seq } = claim;
  const path = `${log.slice(0, -'events.jsonl'.length)}${claim.path}`;
  if (!isInside(claim.path)) {
    return { type: 'file_changed', what, path, log, seq, detail: 'its path leads out of the task folder' };
  }
  const file = join(taskFolder, claim.path);
  try {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (stats === undefined) return { type: 'missing', what, path };
    // Threat: a link in the path, or in the file's place, would have another file checked in its stead.
    if (!stats.isFile() || realpathSync(file) !== join(realpathSync(taskFolder), claim.path)) {
      return { type: 'not_plain', what, path };
    }
    if (stats.size !== claim.bytes) {
      const detail = `it has ${stats.size} bytes, recorded were ${claim.bytes}`;
      return { type: 'file_changed', what, path, log, seq, detail };
    }
    if (hashFile(file) === claim.sha256) return null;
    return { type: 'file_changed', what, path, log, seq, detail: 'its SHA-256 is not the one recorded' };
  } catch (error) {
    return { type: 'unreadable', path, detail: error instanceof Error ? error.message : String(error) };
  }
}

function isInside(path: string): boolean {
  const parts = path.split('/');
  return (
    !isAbsolute(path) &&
    !parts.some((part) => part === '' || part === '.' || part === '..') &&
    !path.includes('\0') &&
    (sep === '/' || !path.includes(sep))
  );
}

function hashFile(file: string): string {
  const fd = openSync(file, constants.O_RDONLY);
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(Math.min(HASH_CHUNK_BYTES, fstatSync(fd).size + 1));
    for (let count = readSync(fd, buffer); count > 0; count = readSync(fd, buffer)) {
      hash.update(buffer.subarray(0, count));
    }
    return hash.digest('hex');
  } finally {
    closeSync(fd);
  }
}

const HASH_CHUNK_BYTES = 1024 * 1024;

/** What a review record lists; its digest was checked, so a list that cannot be read was written that way. */
function listClaims(file: string, { seq, bytes }: FileClaim): readonly FileClaim[] {
  if (bytes > MAX_LIST_BYTES) return [];
  try {
    const record = JSON.parse(readFileSync(file, 'utf8')) as { readonly artifacts?: unknown } | null;
    const artifacts: readonly unknown[] = Array.isArray(record?.artifacts) ? record.artifacts : [];
    return artifacts.flatMap((artifact) => toClaim('artifact', seq, artifact, false));
  } catch {
    return [];
  }
}

/** Reads an Artifact reference; anything else claims nothing. */
export function toClaim(what: KeptFile, seq: number, value: unknown, isList: boolean): readonly FileClaim[] {
  if (typeof value !== 'object' || value === null) return [];
  const { path, sha256, bytes } = value as Readonly<Record<string, unknown>>;
  if (typeof path !== 'string' || typeof sha256 !== 'string' || typeof bytes !== 'number') return [];
  return [{ what, path, sha256, bytes, seq, isList }];
}
