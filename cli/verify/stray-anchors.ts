import type { VerifyReport } from '../../daemon/ledger/verify-report.ts';
import type { Anchor } from '../../daemon/ports/anchors.ts';

/**
 * Tells of notes that were given and are about none of the logs verified.
 *
 * Threat: a ledger that was replaced as a whole has another log id, and no old note would speak against it.
 */
export function strayAnchors(given: readonly Anchor[], reports: readonly VerifyReport[]): readonly string[] {
  const used = new Set(
    reports.flatMap(({ anchors }) =>
      anchors.flatMap(({ kind, by, result }) => (kind === 'note' && result !== 'other_log' ? [by] : [])),
    ),
  );
  return given
    .filter(({ by }) => !used.has(by))
    .map(
      ({ by, checkpoint }) => `${by} is about ${checkpoint.origin}, which is none of the logs verified here`,
    );
}
