import { leafHash } from '../../protocol/merkle-tree.ts';
import { readData } from './linked-line.ts';
import { listFileClaims, namesFiles, type FileClaim } from './verify-claims.ts';
import type { ContentFault, Validators } from './verify-content.ts';
import { verifyFiles } from './verify-files.ts';
import type { HeadClaim, JobReport, VerifyJob } from './verify-job.ts';
import { createProjectPiece } from './verify-project-piece.ts';
import { verifyRange } from './verify-range.ts';
import { copyLine } from './walk-lines.ts';

/** Verifies a piece of a log, the heads that lie in it and the files that it names. */
export function runVerifyJob(job: VerifyJob, validators: Validators | null): JobReport {
  try {
    return job.range.taskId === null ? runProjectJob(job, validators) : runTaskJob(job, validators);
  } catch (error) {
    return unreadable(job, error);
  }
}

function runProjectJob(job: VerifyJob, validators: Validators | null): JobReport {
  const claims: FileClaim[] = [];
  const piece = createProjectPiece();
  const report = verifyRange(job.range, validators, (line, _end, chunk, from, to) => {
    // Threat: its type is only claimed, so a task, a head or a key could be made to vanish.
    if (!('hashAt' in line)) return { why: 'redacted', detail: 'no line of a project log is ever redacted' };
    piece.addLeaf(leafHash(copyLine(chunk, from, to)));
    const { type, seq } = line;
    if (piece.wants(type)) piece.add(line, readData(chunk, from, line));
    else if (namesFiles(type)) claims.push(...listFileClaims(type, seq, readData(chunk, from, line)));
    return null;
  });
  const { faults, files } = verifyFiles(job.folder, job.log, claims, job.redactedFiles);
  return { ...report, fileFaults: faults, files, headsLeft: [], project: piece.finish() };
}

function runTaskJob(job: VerifyJob, validators: Validators | null): JobReport {
  const { heads } = job;
  const claims = [...job.sealed];
  const headsLeft: HeadClaim[] = [];
  let next = 0;
  const report = verifyRange(job.range, validators, (line, end, chunk, from) => {
    for (let head = heads[next]; head !== undefined && head.seq <= line.seq; head = heads[next]) {
      next += 1;
      if (head.seq < line.seq) headsLeft.push(head);
      else if (head.event_hash !== line.event_hash) return mismatch('hash');
      else if (head.bytes !== end) return mismatch('size');
    }
    const { type, seq } = line;
    if (namesFiles(type) && 'hashAt' in line) {
      claims.push(...listFileClaims(type, seq, readData(chunk, from, line)));
    }
    return null;
  });
  const { faults, files } = verifyFiles(job.folder, job.log, claims, job.redactedFiles);
  headsLeft.push(...heads.slice(next));
  return { ...report, fileFaults: faults, files, headsLeft, project: null };
}

function mismatch(what: string): ContentFault {
  return { why: 'head_mismatch', detail: `the head committed for it in the project log has another ${what}` };
}

/** A file vanished or changed its nature after it was listed. */
function unreadable({ range, log, heads }: VerifyJob, error: unknown): JobReport {
  const detail = error instanceof Error ? error.message : String(error);
  return {
    first: null,
    last: null,
    lines: 0,
    redacted: 0,
    end: { offset: range.base, rest: 0, why: 'stopped' },
    fault: null,
    unknownTypes: [],
    clockWentBack: null,
    fileFaults: [{ type: 'unreadable', path: log, detail }],
    files: 0,
    headsLeft: heads,
    project: range.taskId === null ? createProjectPiece().finish() : null,
  };
}
