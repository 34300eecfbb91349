import type { AttemptRecordedData } from '../../protocol/generated/types.ts';
import type { ReviewEvidence } from './review/evidence.ts';
import type { ReviewOutcome } from './review/review-attempt.ts';

const MAX_TEXT = 300;
const MAX_FILES = 50;
const MAX_FINDINGS = 20;
const MAX_PATHS = 10;

/**
 * What an `attempt.recorded` event says itself; the whole is in the review record it names by digest.
 *
 * A ledger line is at most 65,535 bytes, and a worker decides how many files it touches and how long their names are.
 */
export function boundOutcome(
  review: ReviewOutcome,
  evidence: ReviewEvidence,
): Pick<
  AttemptRecordedData,
  | 'reason_code'
  | 'reason_detail'
  | 'criteria'
  | 'gates'
  | 'findings'
  | 'finding_count'
  | 'commands'
  | 'files_changed'
  | 'files_changed_count'
> {
  return {
    reason_code: review.reasonCode,
    reason_detail: shorten(review.detail),
    criteria: review.criteria.map(({ id, met }) => ({ id, met })),
    gates: review.gates.map(({ id, passed }) => ({ id, passed })),
    findings: review.findings.slice(0, MAX_FINDINGS).map((finding) => ({
      code: finding.code,
      detail: shorten(finding.detail),
      paths: finding.paths.slice(0, MAX_PATHS).map(shorten),
    })),
    finding_count: review.findings.length,
    commands: evidence.commands.map(({ index, exit_code, cause, duration_ms, log_sha256 }) => ({
      index,
      exit_code,
      cause,
      duration_ms,
      log_sha256,
    })),
    files_changed: evidence.changes
      .slice(0, MAX_FILES)
      .map(({ path, status }) => ({ path: shorten(path), status })),
    files_changed_count: evidence.changes.length,
  };
}

function shorten(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1).toWellFormed()}…`;
}
