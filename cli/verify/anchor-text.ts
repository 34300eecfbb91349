import type { ReportedAnchor, VerifyReport } from '../../daemon/ledger/verify-report.ts';
import { plural } from '../render/format.ts';

/** An anchor for a person: what it is, whose, and since when. */
export function anchorName({ kind, by, time }: Omit<ReportedAnchor, 'size'>): string {
  return time === null ? NAMES[kind](by) : `${NAMES[kind](by)}, ${time}`;
}

const NAMES: Readonly<Record<ReportedAnchor['kind'], (by: string) => string>> = {
  user_state: () => 'user state',
  git_note: (by) => `git note on ${by}`,
  note: (by) => `note ${by}`,
  rfc3161: (by) => `time stamp by ${by}`,
  ssh_signature: (by) => `signature by ${by}`,
};

/** How the ledger stands to an anchor. */
export function anchorResult({ result, size }: VerifyReport['anchors'][number]): string {
  switch (result) {
    case 'consistent':
      return `agrees on ${plural(size, 'line')}`;
    case 'ahead':
      return `covers ${plural(size, 'line')}, more than there are`;
    case 'conflicting':
      return `has other lines up to ${size}`;
    case 'other_log':
      return 'is about another log';
  }
}
