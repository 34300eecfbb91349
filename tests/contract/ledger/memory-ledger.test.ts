import { createMemoryLedger } from '../../helpers/memory-ledger.ts';
import { describeLedger } from './ledger-contract.ts';

describeLedger('memory', (clock) =>
  Promise.resolve(createMemoryLedger({ clock, reeveVersion: '0.0.0-test' })),
);
