import { findChainBreak } from '../../protocol/chain.ts';
import type { HeadClaim, JobReport, VerifyJob } from './verify-job.ts';
import type { RangePoint } from './verify-range.ts';
import type { TamperCause, VerifyFault, VerifyWarning } from './verify-report.ts';
import { sizeOf, type LogToVerify } from './verify-split.ts';

/** Joins the pieces of a log: the chain across them, its beginning, its heads and its end. */
export interface LogJoin {
  /** Takes the next piece; tells whether its good lines continue the log. */
  add(job: VerifyJob, report: JobReport): boolean;
  finish(): LogFindings;
}

/** What is known of a log when all of its pieces were verified. */
export interface LogFindings {
  readonly target: LogToVerify;
  readonly faults: readonly VerifyFault[];
  readonly warnings: readonly VerifyWarning[];
  /** The first line; null when there is no good one. */
  readonly first: RangePoint | null;
  /** The last line of those that are good from the first on. */
  readonly last: RangePoint | null;
  /** Whether all of it was read and nothing but an incomplete line follows the last. */
  readonly isWhole: boolean;
  readonly isTorn: boolean;
  readonly events: number;
  readonly redacted: number;
  readonly files: number;
  readonly bytes: number;
}

/** Creates the join of a log; its pieces come in order. */
export function createLogJoin(target: LogToVerify): LogJoin {
  const joined: Joined = {
    first: null,
    last: null,
    end: { offset: 0, rest: 0, why: 'finished' },
    bad: null,
    fileFaults: [],
    headsLeft: [],
    unknown: [],
    clockWentBack: null,
    events: 0,
    redacted: 0,
    files: 0,
  };
  return {
    add: (job, report) => addPiece(target, joined, job, report),
    finish: () => conclude(target, joined),
  };
}

/** What is known after some pieces. */
interface Joined {
  first: RangePoint | null;
  last: RangePoint | null;
  end: JobReport['end'];
  /** The first line that is not what was written. */
  bad: VerifyFault | null;
  readonly fileFaults: VerifyFault[];
  readonly headsLeft: HeadClaim[];
  readonly unknown: VerifyWarning[];
  clockWentBack: number | null;
  events: number;
  redacted: number;
  files: number;
}

function addPiece(target: LogToVerify, joined: Joined, job: VerifyJob, report: JobReport): boolean {
  joined.events += report.lines;
  joined.redacted += report.redacted;
  joined.files += report.files;
  joined.fileFaults.push(...report.fileFaults);
  joined.bad ??= findBreak(target, joined.last, job, report);
  if (joined.bad !== null) return false;
  const { first, last, end, headsLeft, unknownTypes } = report;
  if (joined.last !== null && first !== null && first.time < joined.last.time) {
    joined.clockWentBack ??= first.seq;
  }
  joined.clockWentBack ??= report.clockWentBack;
  joined.headsLeft.push(...headsLeft);
  joined.unknown.push(
    ...unknownTypes.map((each) => ({ type: 'unknown_event', log: target.log, ...each }) as const),
  );
  joined.first ??= first;
  joined.last = last ?? joined.last;
  joined.end = end;
  joined.bad = findBadLine(target, joined.last, job, report);
  return true;
}

/** Tells how a piece does not continue what came before it. */
function findBreak(
  { log, claim }: LogToVerify,
  last: RangePoint | null,
  { range }: VerifyJob,
  { first }: JobReport,
): VerifyFault | null {
  if (first === null) return null;
  const chainBreak = findChainBreak(last, first);
  if (chainBreak !== null) {
    const detail = 'it does not follow the line before it';
    return tampered(log, (last?.seq ?? 0) + 1, range.base, chainBreak, detail);
  }
  if (last !== null || claim === null) return null;
  if (first.log_id !== claim.log_id) {
    return tampered(log, 1, 0, 'wrong_log_id', 'the project log knows this task under another log id');
  }
  if (first.event_hash === claim.genesis) return null;
  return tampered(log, 1, 0, 'genesis_mismatch', 'it is not the first line that the project log knows');
}

function findBadLine(
  { log }: LogToVerify,
  last: RangePoint | null,
  { isLast }: VerifyJob,
  { fault, end }: JobReport,
): VerifyFault | null {
  const seq = (last?.seq ?? 0) + 1;
  if (fault !== null) return tampered(log, seq, fault.offset, fault.why, fault.detail);
  if (end.why !== 'no_newline' || isLast) return null;
  return tampered(log, seq, end.offset, 'not_an_event', 'a file ends within it, and the log goes on');
}

function tampered(log: string, seq: number, offset: number, why: TamperCause, detail: string): VerifyFault {
  return { type: 'tampered', log, seq, offset, why, detail };
}

function conclude(target: LogToVerify, joined: Joined): LogFindings {
  const { first, last, end, bad, fileFaults, events, redacted, files } = joined;
  const bytes = sizeOf(target.files);
  const found = { target, first, last, events, redacted, files, bytes };
  if (bad !== null) {
    return { ...found, faults: [bad, ...fileFaults], warnings: [], isWhole: false, isTorn: false };
  }
  const lost = findLostHeads(target, joined);
  const isTorn = end.why === 'no_newline' && lost?.type !== 'truncated';
  const faults = [...(lost === null ? [] : [lost]), ...fileFaults];
  // A walk that stopped without a bad line: the file could not be read.
  const isWhole = end.why !== 'stopped';
  return { ...found, faults, warnings: listWarnings(target, joined, isTorn), isWhole, isTorn };
}

function findLostHeads(target: LogToVerify, { last, headsLeft, fileFaults }: Joined): VerifyFault | null {
  const { log, claim, heads } = target;
  // Nobody can tell whether it was cut.
  if (fileFaults.some((fault) => fault.type === 'unreadable' && fault.path === log)) return null;
  const seq = last?.seq ?? 0;
  const head_seq = Math.max(claim === null ? 0 : 1, heads.at(-1)?.seq ?? 0);
  if (head_seq > seq) return { type: 'truncated', log, seq, head_seq };
  // A head inside the log that fits no line: its size lies.
  const left = headsLeft[0];
  if (left === undefined) return null;
  const detail = 'the head committed for it in the project log has another size';
  return tampered(log, left.seq, left.bytes, 'head_mismatch', detail);
}

function listWarnings(
  { log, taskId, heads, warnings: unnamed }: LogToVerify,
  { last, end, unknown, clockWentBack }: Joined,
  isTorn: boolean,
): readonly VerifyWarning[] {
  const warnings = [...unnamed];
  if (isTorn) warnings.push({ type: 'torn_tail', log, offset: end.offset, bytes: end.rest });
  const events = (last?.seq ?? 0) - (heads.at(-1)?.seq ?? 0);
  if (taskId !== null && events > 0) warnings.push({ type: 'unanchored', log, events });
  warnings.push(...unknown);
  if (clockWentBack !== null) warnings.push({ type: 'clock_went_back', log, seq: clockWentBack });
  return warnings;
}
