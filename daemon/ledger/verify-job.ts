import { dirname } from 'node:path';
import type { EventSlices } from '../../protocol/event-slices.ts';
import type { ContentFault, Validators } from './verify-content.ts';
import { toClaim, verifyFiles, type FileClaim } from './verify-files.ts';
import { verifyRange, type Range, type RangeReport } from './verify-range.ts';
import type { VerifyFault } from './verify-report.ts';

/** A committed head, to be found in its log. */
export interface HeadClaim {
  readonly seq: number;
  readonly event_hash: string;
  readonly bytes: number;
}

/** What the project log says of one task. */
export interface TaskClaim {
  readonly task_id: string;
  readonly log_id: string;
  readonly genesis: string;
}

/** One piece of work: a piece of a log with the heads in it; plain data, as it goes to another thread. */
export interface VerifyJob {
  readonly range: Range;
  /** The log relative to the project folder, for the findings. */
  readonly log: string;
  /** Those whose lines end in this piece, by seq. */
  readonly heads: readonly HeadClaim[];
}

/** What came of a job. */
export interface JobReport extends RangeReport {
  /** Faults of files beside the log. */
  readonly fileFaults: readonly VerifyFault[];
  readonly files: number;
  /** Heads that no line of this piece had. */
  readonly headsLeft: readonly HeadClaim[];
  /** From a project log only. */
  readonly tasks: readonly TaskClaim[];
  readonly taskHeads: readonly (HeadClaim & { readonly task_id: string })[];
}

/** Verifies a piece of a log, the heads that lie in it and the files it refers to. */
export function runVerifyJob(job: VerifyJob, validators: Validators | null): JobReport {
  try {
    return job.range.taskId === null ? runProjectJob(job, validators) : runTaskJob(job, validators);
  } catch (error) {
    return unreadable(job, error);
  }
}

function runProjectJob({ range }: VerifyJob, validators: Validators | null): JobReport {
  const tasks: TaskClaim[] = [];
  const taskHeads: (HeadClaim & { readonly task_id: string })[] = [];
  const report = verifyRange(range, validators, (line, _end, data) => {
    if (line.type === 'task.created') tasks.push(toTaskClaim(data()));
    else if (line.type === 'head.committed') taskHeads.push(toHeadClaim(data()));
    return null;
  });
  return { ...report, fileFaults: [], files: 0, headsLeft: [], tasks, taskHeads };
}

function runTaskJob({ range, log, heads }: VerifyJob, validators: Validators | null): JobReport {
  const claims: FileClaim[] = [];
  const headsLeft: HeadClaim[] = [];
  let next = 0;
  const report = verifyRange(range, validators, (line, end, data) => {
    for (let head = heads[next]; head !== undefined && head.seq <= line.seq; head = heads[next]) {
      next += 1;
      if (head.seq < line.seq) headsLeft.push(head);
      else if (head.event_hash !== line.event_hash) return mismatch('hash');
      else if (head.bytes !== end) return mismatch('size');
    }
    if (REFERRING.has(line.type)) claims.push(...listFileClaims(line, data()));
    return null;
  });
  const { faults, files } = verifyFiles(dirname(range.path), log, claims);
  headsLeft.push(...heads.slice(next));
  return { ...report, fileFaults: faults, files, headsLeft, tasks: [], taskHeads: [] };
}

/** The file vanished or changed its nature after it was listed. */
function unreadable({ range, log, heads }: VerifyJob, error: unknown): JobReport {
  const detail = error instanceof Error ? error.message : String(error);
  return {
    first: null,
    last: null,
    lines: 0,
    end: { offset: range.from, why: 'stopped' },
    fault: null,
    unknownTypes: [],
    clockWentBack: null,
    fileFaults: [{ type: 'unreadable', path: log, detail }],
    files: 0,
    headsLeft: heads,
    tasks: [],
    taskHeads: [],
  };
}

type Data = Readonly<Record<string, unknown>>;

const REFERRING: ReadonlySet<string> = new Set(['pack.accepted', 'rework.requested', 'attempt.recorded']);

function listFileClaims({ type, seq }: EventSlices, data: Data): readonly FileClaim[] {
  const { file: path, bytes } = data;
  switch (type) {
    case 'pack.accepted':
      return toClaim('pack', seq, { path, sha256: data['pack_sha256'], bytes }, false);
    case 'rework.requested':
      return toClaim('pack', seq, { path, sha256: data['rework_sha256'], bytes }, false);
    default:
      return [
        ...toClaim('artifact', seq, data['review'], true),
        ...toClaim('artifact', seq, data['step_result'], false),
        ...toClaim('artifact', seq, data['patch'], false),
      ];
  }
}

function mismatch(what: string): ContentFault {
  return { why: 'head_mismatch', detail: `the head committed for it in the project log has another ${what}` };
}

function toTaskClaim(data: Data): TaskClaim {
  return {
    task_id: String(data['task_id']),
    log_id: String(data['log_id']),
    genesis: String(data['genesis']),
  };
}

function toHeadClaim(data: Data): HeadClaim & { readonly task_id: string } {
  return {
    task_id: String(data['task_id']),
    seq: Number(data['seq']),
    event_hash: String(data['head_hash']),
    bytes: Number(data['bytes']),
  };
}
