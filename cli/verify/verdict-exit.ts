import type { VerifyReport } from '../../daemon/ledger/verify-report.ts';
import { EXIT } from '../exit-codes.ts';

/** The exit status of a verification; with `strict` a warning fails it, and so do events that nothing vouches for. */
export function verdictExit(
  { verdict, warnings }: Pick<VerifyReport, 'verdict' | 'warnings'>,
  strict: boolean,
): number {
  switch (verdict) {
    case 'TAMPERED':
      return EXIT.tampered;
    case 'FORKED':
      return EXIT.forked;
    case 'TRUNCATED':
      return EXIT.truncated;
    case 'ROLLED_BACK':
      return EXIT.rolledBack;
    case 'CANNOT_VERIFY':
      return EXIT.cannotVerify;
    case 'UNANCHORED':
      return strict ? EXIT.unanchored : EXIT.ok;
    case 'ANCHORED':
      return strict && warnings.length > 0 ? EXIT.failed : EXIT.ok;
  }
}

/** The exit status that tells the worst of several; 0 for none. */
export function worstExit(exits: readonly number[]): number {
  return WORST_FIRST.find((exit) => exits.includes(exit)) ?? EXIT.ok;
}

const WORST_FIRST = [
  EXIT.tampered,
  EXIT.forked,
  EXIT.truncated,
  EXIT.rolledBack,
  EXIT.cannotVerify,
  EXIT.unanchored,
  EXIT.failed,
] as const;
