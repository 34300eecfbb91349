import type { ErrorCode } from '../protocol/errors.ts';

/** What the exit status of `reeve` means; `docs/cli.md` repeats the table. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  cannotVerify: 3,
  denied: 4,
  approvalPending: 5,
  tampered: 6,
  notRunning: 7,
  unanchored: 8,
  truncated: 9,
  rolledBack: 10,
  forked: 11,
  interrupted: 130,
} as const;

/** The exit status of an error; anything that is not listed failed. */
export function toExitCode(code: ErrorCode): number {
  switch (code) {
    case 'USAGE':
    case 'CONFIG_INVALID':
    case 'WORKER_UNKNOWN':
      return EXIT.usage;
    case 'LEDGER_DAMAGED':
    case 'LINE_INVALID':
    case 'PROOF_INVALID':
      return EXIT.tampered;
    case 'LEDGER_ROLLED_BACK':
      return EXIT.rolledBack;
    case 'LEDGER_FORKED':
      return EXIT.forked;
    case 'DAEMON_NOT_RUNNING':
      return EXIT.notRunning;
    default:
      return EXIT.failed;
  }
}
