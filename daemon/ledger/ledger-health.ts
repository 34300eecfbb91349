import { ReeveError } from '../../protocol/errors.ts';

/** Whether a ledger may still promise durability. */
export interface LedgerHealth {
  /** @throws ReeveError LEDGER_POISONED */
  assertSound(): void;
  /** Ends all writing for good and returns the error that says so. */
  poison(path: string, cause: unknown): ReeveError;
  /** Ends all writing because the ledger was closed. */
  close(): void;
}

/**
 * Creates the health of one ledger: sound, until a sync fails.
 *
 * The kernel forgets which pages a failed sync lost, and the next sync reports success: so none is ever tried again.
 */
export function createLedgerHealth(): LedgerHealth {
  let poisoned: ReeveError | null = null;
  return {
    assertSound() {
      if (poisoned !== null) throw poisoned;
    },
    poison(path, cause) {
      poisoned ??= new ReeveError(
        'LEDGER_POISONED',
        `Whether the last events of ${path} are on disk is unknown: the system failed to write them out.`,
        {
          cause,
          hint: 'Check the disk and the system log, then start again: what is there will be checked.',
        },
      );
      return poisoned;
    },
    close() {
      poisoned ??= new ReeveError('BUG', 'The ledger was closed; nothing can be added to it.');
    },
  };
}
