import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { openLedger } from '../ledger/open-ledger.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import { openKeyRing } from '../signing/open-key-ring.ts';
import { createCheckpointKeeper, type CheckpointKeeper } from './checkpoint-keeper.ts';
import { keyPlaceOf } from './key-place.ts';
import { createWorkNotes } from './work-notes.ts';

export interface KeptLedgerOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  readonly version: string;
  readonly hostEnv: Readonly<Record<string, string | undefined>>;
}

/** The ledger of a data root, and what signs and anchors it. */
export interface KeptLedger {
  readonly ledger: Ledger;
  /** Null without a key: then nothing is signed or anchored. */
  readonly keeper: CheckpointKeeper | null;
}

/**
 * Opens the ledger; where there is a key, a keeper hears of all that is appended, and has the last word at its close.
 *
 * @throws ReeveError LEDGER_LOCKED, KEY_UNSAFE, IO_FAILED
 */
export async function openKeptLedger(options: KeptLedgerOptions): Promise<KeptLedger> {
  const { config, clock, version } = options;
  const keeper = openKeeper(options);
  const segmentBytes = config.ledger.segmentMb * 1024 * 1024;
  const place = { root: config.paths.workflow, clock, reeveVersion: version, segmentBytes };
  if (keeper === null) return { ledger: await openLedger(place), keeper };
  const ledger = await openLedger({ ...place, seen: keeper.seen });
  ledger.subscribe(keeper.note);
  // Before the lock is given back: afterwards another process may have gone on.
  const close = (): Promise<void> => keeper.close().then(() => ledger.close());
  return { ledger: { ...ledger, close }, keeper };
}

function openKeeper({ config, clock, log, hostEnv }: KeptLedgerOptions): CheckpointKeeper | null {
  const place = keyPlaceOf(config);
  const keys = place === null ? null : openKeyRing(place);
  if (place === null || keys === null) return null;
  const { repository } = config;
  const notes = config.anchors.gitNotes ? createWorkNotes({ repository, env: hostEnv, log }) : null;
  return createCheckpointKeeper({ keys, userState: place.userState, clock, log, notes });
}
