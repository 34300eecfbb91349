import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { openLedger } from '../../../daemon/ledger/open-ledger.ts';
import { describeLedger } from './ledger-contract.ts';

const scratch = mkdtempSync(join(tmpdir(), 'reeve-ledger-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

let roots = 0;
describeLedger('file', (clock) => {
  roots += 1;
  return openLedger({ root: join(scratch, `root-${roots}`), clock, reeveVersion: '0.0.0-test' });
});
