import type { FileClaim } from './verify-claims.ts';
import type { HeadClaim, SealClaim } from './verify-job.ts';
import type { VerifyFault, VerifyWarning } from './verify-report.ts';
import { segmentName } from './segment-files.ts';

/** Reads what a `segment.sealed` says; the shape is left to the schema. */
export function readSealClaim(line: number, data: Readonly<Record<string, unknown>>): SealClaim {
  return {
    line,
    segment: Number(data['segment']),
    file: String(data['file']),
    first_seq: Number(data['first_seq']),
    last_seq: Number(data['last_seq']),
    head_hash: String(data['head_hash']),
    bytes: Number(data['bytes']),
    sha256: String(data['sha256']),
  };
}

/** Finds the first seal that does not continue the one before it. @param log the project log, for the finding */
export function findSealFault(
  seals: readonly SealClaim[],
  log: string,
  taskFolder: string,
): VerifyFault | null {
  let last = 0;
  for (const [index, { line, segment, file, first_seq, last_seq }] of seals.entries()) {
    const isNext = segment === index + 1 && file === segmentName(segment);
    if (!isNext || first_seq !== last + 1 || last_seq < first_seq) {
      const named = { what: 'segment', path: `${taskFolder}/${file}`, log, seq: line } as const;
      return { type: 'file_changed', ...named, detail: 'it is not the next part of its log' };
    }
    last = last_seq;
  }
  return null;
}

/** The end of each segment, as heads of the log. */
export function headsOfSeals(seals: readonly SealClaim[]): readonly HeadClaim[] {
  let end = 0;
  return seals.map(({ line, last_seq, head_hash, bytes }) => {
    end += bytes;
    return { line, seq: last_seq, event_hash: head_hash, bytes: end };
  });
}

/**
 * The segments as files of the task's folder.
 *
 * A missing one needs no claim: the log does not go on where it was, or ends before its head.
 *
 * @param redacted lines that were redacted, and with them the files they are in; null for none
 */
export function filesOfSeals(
  seals: readonly SealClaim[],
  redacted: ReadonlySet<number> | null,
): readonly FileClaim[] {
  const isWhole = ({ first_seq, last_seq }: SealClaim): boolean =>
    redacted === null || ![...redacted].some((seq) => seq >= first_seq && seq <= last_seq);
  return seals.filter(isWhole).map(({ file, sha256, bytes, first_seq }) => ({
    what: 'segment',
    path: file,
    sha256,
    bytes,
    seq: first_seq,
    isList: false,
  }));
}

/**
 * Lists the segments that no line tells of. The last of them may just be being sealed, or the ledger stopped meanwhile:
 * then no head goes beyond it.
 *
 * @param files names and sizes of all segments that are there, in order
 */
export function listUnnamed(
  log: string,
  files: readonly { readonly name: string; readonly bytes: number }[],
  seals: readonly SealClaim[],
  heads: readonly HeadClaim[],
): readonly VerifyWarning[] {
  const named = new Set(seals.map(({ file }) => file));
  const covered = heads.at(-1)?.bytes ?? 0;
  let end = 0;
  return files.flatMap(({ name, bytes }, index) => {
    end += bytes;
    const isUnderWay = index === files.length - 1 && end >= covered;
    return named.has(name) || isUnderWay ? [] : [{ type: 'unnamed_segment', log, file: name }];
  });
}
