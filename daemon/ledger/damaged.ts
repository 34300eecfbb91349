import { ReeveError } from '../../protocol/errors.ts';

/** Creates the error for a log that cannot be trusted as it stands; nothing is changed on disk. */
export function damaged(path: string, what: string, details?: Readonly<Record<string, unknown>>): ReeveError {
  return new ReeveError('LEDGER_DAMAGED', `The log ${path} is damaged: ${what}.`, {
    hint: 'Run `reeve verify` to see what changed, and restore the file from a backup or an export.',
    ...(details === undefined ? {} : { details }),
  });
}
