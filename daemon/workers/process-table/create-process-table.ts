import { createLinuxTable, isProcMounted } from './linux-table.ts';
import type { ProcessTable } from './process-table.ts';
import { createPsTable } from './ps-table.ts';
import { createWindowsTable } from './windows-table.ts';

/** Picks the table of this system: `/proc`, else `ps`, else (Windows) the management instrumentation. */
export function createProcessTable(): ProcessTable {
  if (process.platform === 'win32') {
    return createWindowsTable();
  }
  return isProcMounted() ? createLinuxTable() : createPsTable();
}
