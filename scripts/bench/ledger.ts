import { appendAtSize, durableAppend } from './ledger/append.ts';
import { concurrentProducers } from './ledger/producers.ts';
import { verifyLargeLog } from './ledger/verify-log.ts';
import type { Benchmark } from './result.ts';

/** The ledger's figures, by the name under which each can be run alone. */
export const ledgerBenchmarks: Readonly<Record<string, Benchmark>> = {
  'ledger-append': durableAppend,
  'ledger-producers': concurrentProducers,
  'ledger-growth': appendAtSize,
  'ledger-verify': verifyLargeLog,
};
