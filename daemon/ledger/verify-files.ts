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
import { claimKey, toClaim, type FileClaim } from './verify-claims.ts';
import type { VerifyFault } from './verify-report.ts';

/**
 * Compares the files beside a log with their claims.
 *
 * @param folder absolute path of the folder that the claims are relative to
 * @param log the log, for the findings, relative to the project folder like the paths in them
 * @param redacted files that may be absent, as `claimKey` names them
 */
export function verifyFiles(
  folder: string,
  log: string,
  claims: readonly FileClaim[],
  redacted: ReadonlySet<string>,
): { readonly faults: readonly VerifyFault[]; readonly files: number } {
  const faults: VerifyFault[] = [];
  const seen = new Set<string>();
  let files = 0;
  const queue = [...claims];
  for (const claim of queue) {
    const key = claimKey(claim);
    if (seen.has(key)) continue;
    seen.add(key);
    const fault = verifyFile(folder, log, claim);
    if (fault?.type === 'missing' && redacted.has(key)) continue;
    files += 1;
    if (fault !== null) faults.push(fault);
    else if (claim.isList) queue.push(...listClaims(join(folder, claim.path), claim));
  }
  return { faults, files };
}

/** Larger review records are not looked into; their own digest is checked like any other. */
const MAX_LIST_BYTES = 4 * 1024 * 1024;

function verifyFile(folder: string, log: string, claim: FileClaim): VerifyFault | null {
  const { what, seq } = claim;
  const path = `${log.slice(0, -'events.jsonl'.length)}${claim.path}`;
  const named = { what, path, log, seq };
  if (!isInside(claim.path)) {
    return { type: 'file_changed', ...named, detail: 'its path leads out of the folder' };
  }
  const file = join(folder, claim.path);
  try {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (stats === undefined) return { type: 'missing', ...named };
    // Threat: a link in the path, or in the file's place, would have another file checked in its stead.
    if (!stats.isFile() || realpathSync(file) !== join(realpathSync(folder), claim.path)) {
      return { type: 'not_plain', ...named };
    }
    if (stats.size !== claim.bytes) {
      const detail = `it has ${stats.size} bytes, recorded were ${claim.bytes}`;
      return { type: 'file_changed', ...named, detail };
    }
    if (hashFile(file) === claim.sha256) return null;
    return { type: 'file_changed', ...named, detail: 'its SHA-256 is not the one recorded' };
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
