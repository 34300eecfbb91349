import { findChainBreak } from '../../protocol/chain.ts';
import type { JobReport, VerifyJob } from './verify-job.ts';
import type { RangePoint } from './verify-range.ts';
import type { TamperCause, VerifyFault, VerifyWarning } from './verify-report.ts';
import type { LogToVerify } from './verify-split.ts';

/** A log whose pieces were verified. */
export interface VerifiedLog extends LogToVerify {
  readonly jobs: readonly VerifyJob[];
  /** One per job. */
  readonly reports: readonly JobReport[];
}

/** Findings about one log. */
export interface LogFindings {
  readonly faults: readonly VerifyFault[];
  readonly warnings: readonly VerifyWarning[];
}

/** Joins the pieces of a log: the chain across them, its beginning, its heads and its end. */
export function joinReports(verified: VerifiedLog): LogFindings {
  const { log, reports } = verified;
  const fileFaults = reports.flatMap((report) => report.fileFaults);
  const tampered = findTampered(verified);
  if (tampered !== null) return { faults: [tampered, ...fileFaults], warnings: [] };
  const last = lastPoint(reports);
  const faults = [...findLostHeads(verified, last?.seq ?? 0), ...fileFaults];
  return { faults, warnings: [...warnOfEnd(verified, last, faults), ...warnOfLines(log, reports)] };
}

/** The last good line over all pieces. */
export function lastPoint(reports: readonly JobReport[]): RangePoint | null {
  return reports.findLast(({ last }) => last !== null)?.last ?? null;
}

function findTampered({ log, jobs, reports, claim }: VerifiedLog): VerifyFault | null {
  const tampered = (seq: number, offset: number, why: TamperCause, detail: string): VerifyFault => {
    return { type: 'tampered', log, seq, offset, why, detail };
  };
  let last: RangePoint | null = null;
  for (const [index, report] of reports.entries()) {
    const { first, fault } = report;
    const offset = jobs[index]?.range.from ?? 0;
    const expected: number = (last?.seq ?? 0) + 1;
    const chainBreak = first === null ? null : findChainBreak(last, first);
    if (chainBreak !== null)
      return tampered(expected, offset, chainBreak, 'it does not follow the line before it');
    if (index === 0 && first !== null && claim !== null) {
      if (first.log_id !== claim.log_id) {
        return tampered(1, 0, 'wrong_log_id', 'the project log knows this task under another log id');
      }
      if (first.event_hash !== claim.genesis) {
        return tampered(1, 0, 'genesis_mismatch', 'it is not the first line that the project log knows');
      }
    }
    last = report.last ?? last;
    if (fault !== null) return tampered((last?.seq ?? 0) + 1, fault.offset, fault.why, fault.detail);
  }
  return null;
}

function findLostHeads({ log, reports, claim, heads }: VerifiedLog, seq: number): readonly VerifyFault[] {
  const lost = Math.max(claim === null ? 0 : 1, heads.at(-1)?.seq ?? 0);
  if (lost > seq) return [{ type: 'truncated', log, seq, head_seq: lost }];
  // A head inside the log that fits no line: its size lies.
  const left = reports.flatMap(({ headsLeft }) => headsLeft)[0];
  if (left === undefined) return [];
  const detail = 'the head committed for it in the project log has another size';
  return [{ type: 'tampered', log, seq: left.seq, offset: left.bytes, why: 'head_mismatch', detail }];
}

function warnOfEnd(
  { log, taskId, size, reports, heads }: VerifiedLog,
  last: RangePoint | null,
  faults: readonly VerifyFault[],
): readonly VerifyWarning[] {
  const warnings: VerifyWarning[] = [];
  const end = reports.at(-1)?.end;
  if (end?.why === 'no_newline' && !faults.some(({ type }) => type === 'truncated')) {
    warnings.push({ type: 'torn_tail', log, offset: end.offset, bytes: size - end.offset });
  }
  const events = (last?.seq ?? 0) - (heads.at(-1)?.seq ?? 0);
  if (taskId !== null && events > 0) warnings.push({ type: 'unanchored', log, events });
  return warnings;
}

function warnOfLines(log: string, reports: readonly JobReport[]): readonly VerifyWarning[] {
  const warnings: VerifyWarning[] = [];
  let before: RangePoint | null = null;
  let clockWentBack: number | null = null;
  for (const report of reports) {
    if (before !== null && report.first !== null && report.first.time < before.time) {
      clockWentBack ??= report.first.seq;
    }
    clockWentBack ??= report.clockWentBack;
    before = report.last ?? before;
    for (const { seq, event_type } of report.unknownTypes) {
      warnings.push({ type: 'unknown_event', log, seq, event_type });
    }
  }
  if (clockWentBack !== null) warnings.push({ type: 'clock_went_back', log, seq: clockWentBack });
  return warnings;
}
