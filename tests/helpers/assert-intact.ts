import assert from 'node:assert/strict';
import { verifyProject, type VerifyOptions } from '../../daemon/ledger/verify-project.ts';

/** Asserts that nothing is wrong in a project folder, and that every log ends with a whole line and at its head. */
export async function assertIntact(folder: string, options?: VerifyOptions): Promise<void> {
  const { faults, warnings } = await verifyProject(folder, options);
  const open = warnings.filter(({ type }) => type === 'unanchored' || type === 'torn_tail');
  assert.deepEqual({ faults, open }, { faults: [], open: [] });
}
