import type { FoundCheckpoint } from '../domain/ledger-verdict/judge-checkpoint.ts';
import type { Standing } from '../domain/ledger-verdict/judge-standing.ts';
import type { LogStanding } from '../domain/ledger-verdict/log-standing.ts';
import { worstVerdict, type Verdict } from '../domain/ledger-verdict/verdict.ts';
import type { Anchor } from '../ports/anchors.ts';
import type { LogFindings } from './verify-join.ts';
import {
  verdictOf,
  type LinePosition,
  type ReportedAnchor,
  type VerifyFault,
  type VerifyMode,
  type VerifyReport,
  type VerifyWarning,
} from './verify-report.ts';

/** Sums up a verification, log by log. */
export interface VerifySummary {
  /** Takes the project log, then every other in order. */
  add(findings: LogFindings): void;
  /** @param others faults that are not in a log */
  finish(others: readonly VerifyFault[]): VerifyReport;
}

/** Creates the summary of a project that stands as was judged. */
export function createVerifySummary(
  mode: VerifyMode,
  checkpoint: FoundCheckpoint,
  log: LogStanding,
  standing: Standing<Anchor>,
): VerifySummary {
  const { anchored, anchors, signer } = standing;
  const counts = { logs: 0, events: 0, redacted: 0, bytes: 0, files: 0 };
  const faults: VerifyFault[] = [];
  const warnings: VerifyWarning[] = [];
  let unanchored = 0;
  let head: VerifyReport['head'] = null;

  return {
    add(findings) {
      const { target, last } = findings;
      for (const name of COUNTED) counts[name] += findings[name];
      counts.logs += 1;
      unanchored += countUnanchored(findings, anchored?.checkpoint.size ?? 0);
      faults.push(...findings.faults);
      warnings.push(...findings.warnings);
      if (target.taskId === null && last !== null) head = { seq: last.seq, event_hash: last.event_hash };
    },
    finish(others) {
      const all = [...faults, ...listOwnFaults(checkpoint), ...standing.faults, ...others];
      const verdict = worstVerdict([
        unanchored > 0 || anchored === null ? 'UNANCHORED' : 'ANCHORED',
        ...all.map(verdictOf),
      ]);
      return {
        verdict,
        at: findPlace(verdict, all),
        unanchored,
        anchored: anchored === null ? null : reportAnchor(anchored),
        checkpoint: typeof checkpoint === 'string' ? null : reportCheckpoint(checkpoint, signer),
        anchors: anchors.map(({ anchor, result }) => ({ ...reportAnchor(anchor), result })),
        keys: log.keys,
        mode,
        faults: all,
        warnings: [...standing.warnings, ...warnings],
        ...counts,
        head,
      };
    },
  };
}

const COUNTED = ['events', 'redacted', 'bytes', 'files'] as const;

/** Events that no head within the anchored lines covers; an incomplete line counts as one. */
function countUnanchored({ target, last, isTorn }: LogFindings, anchoredSize: number): number {
  const covered =
    target.taskId === null
      ? anchoredSize
      : target.heads.reduce((most, { line, seq }) => (line <= anchoredSize ? Math.max(most, seq) : most), 0);
  return Math.max(0, (last?.seq ?? 0) - covered) + (isTorn ? 1 : 0);
}

function listOwnFaults(checkpoint: FoundCheckpoint): readonly VerifyFault[] {
  if (checkpoint !== 'unreadable') return [];
  return [{ type: 'unreadable', path: 'checkpoint', detail: 'it cannot be opened' }];
}

function findPlace(verdict: Verdict, faults: readonly VerifyFault[]): LinePosition | null {
  const deciding = faults.filter((fault) => verdictOf(fault) === verdict);
  const placed = deciding.find((fault) => 'seq' in fault);
  return placed === undefined ? null : { log: placed.log, seq: placed.seq };
}

function reportAnchor({ kind, by, time, checkpoint }: Anchor): ReportedAnchor {
  return { kind, by, time, size: checkpoint.size };
}

function reportCheckpoint(
  { size, root }: Exclude<FoundCheckpoint, string>,
  key_id: string | null,
): VerifyReport['checkpoint'] {
  return { size, root, key_id };
}
