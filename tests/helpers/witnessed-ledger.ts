import { join } from 'node:path';
import { pino } from 'pino';
import { openLedger } from '../../daemon/ledger/open-ledger.ts';
import type { ProjectLedger } from '../../daemon/ports/ledger.ts';
import { createCheckpointKeeper } from '../../daemon/runtime/checkpoint-keeper.ts';
import { openKeyRing } from '../../daemon/signing/open-key-ring.ts';

/** The project `p` of a machine: its ledger in `workflow`, and in `state` what this user has seen of it. */
export interface WitnessedLedger {
  readonly project: ProjectLedger;
  /** Writes the checkpoint in both places now; does nothing without a key. */
  readonly sign: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Opens the ledger of a machine as a daemon does, or makes it; its index is written often. */
export async function openWitnessedLedger(machine: string): Promise<WitnessedLedger> {
  const clock = { now: () => Date.now() };
  const userState = join(machine, 'state');
  const keys = openKeyRing({ userState, outside: [] });
  const log = pino({ level: 'silent' });
  const keeper = keys === null ? null : createCheckpointKeeper({ keys, userState, clock, log, notes: null });
  const place = { root: join(machine, 'workflow'), clock, reeveVersion: '0.0.0-test', indexEvery: 2000 };
  const ledger = await openLedger(keeper === null ? place : { ...place, seen: keeper.seen });
  const close = async (): Promise<void> => {
    await keeper?.close();
    await ledger.close();
  };
  try {
    if (keeper !== null) ledger.subscribe(keeper.note);
    const project = await ledger.project('p', { create: true });
    await keeper?.keep(project);
    return { project, close, sign: async () => keeper?.flush() };
  } catch (error) {
    await ledger.close();
    throw error;
  }
}
