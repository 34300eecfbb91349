import { ReeveError } from '../../protocol/errors.ts';
import { logIdOf, type Checkpoint } from '../../protocol/checkpoint.ts';
import type { Actor } from '../../protocol/generated/types.ts';
import { findSeen, forgetOtherSeen, listReplacedSeen } from '../anchors/seen-checkpoint.ts';
import type { Config } from '../config/config.ts';
import { openLedger, type LedgerOptions } from '../ledger/open-ledger.ts';
import type { Clock } from '../ports/clock.ts';
import type { ProjectLedger } from '../ports/ledger.ts';
import { openKeyRing } from '../signing/open-key-ring.ts';
import { keyPlaceOf } from './key-place.ts';
import { nameKey } from './name-key.ts';
import { writeCheckpoint } from './write-checkpoint.ts';

export interface ResetAnchorOptions {
  readonly config: Config;
  readonly clock: Clock;
  /** Reeve's own version. */
  readonly version: string;
  readonly projectId: string;
  /** Why, in a person's words. */
  readonly reason: string;
  readonly actor: Actor;
}

/** What a person accepted. */
export interface AnchorReset {
  /** What the ledger does not continue. */
  readonly seen: Checkpoint;
  /** Where it stands, the reset included: what it must continue from here on. */
  readonly now: Checkpoint;
}

/**
 * Accepts that a project does not continue what was last seen of it: records `anchor.reset`, then takes the log as it
 * is for the newest that was seen.
 *
 * @throws ReeveError CONFLICT when it does continue what was seen, NOT_FOUND without a key or project, LEDGER_LOCKED,
 *   LEDGER_DAMAGED, KEY_UNSAFE
 */
export async function resetAnchor(options: ResetAnchorOptions): Promise<AnchorReset> {
  const { config, clock, reason, actor } = options;
  const place = keyPlaceOf(config);
  const keys = place === null ? null : openKeyRing(place);
  if (place === null || keys === null) throw noKey();
  const { userState } = place;
  const seen = await findBreak(options, userState);
  return await withProject(options, { acceptsBreak: true }, async (ledger) => {
    const data = { seen_size: seen.size, seen_root: seen.root, reason };
    await ledger.appendProject(actor, [{ type: 'anchor.reset', data }]).durable;
    await nameKey(ledger, keys);
    const { checkpoint: now } = await writeCheckpoint({ signer: keys.current, userState, clock }, ledger);
    await forgetOtherSeen(userState, logIdOf(now.origin), ledger.folder);
    return { seen, now };
  });
}

/** Opens the project as a daemon would, and answers what it is refused for, or another ledger that was seen here. */
async function findBreak(options: ResetAnchorOptions, userState: string): Promise<Checkpoint> {
  const seen: LedgerOptions['seen'] = (folder, logId) => findSeen(userState, logId, folder);
  let replaced: Checkpoint | undefined;
  try {
    await withProject(options, { seen }, ({ folder, checkpoint }) => {
      [replaced] = listReplacedSeen(userState, logIdOf(checkpoint().origin), folder);
      return Promise.resolve();
    });
  } catch (error) {
    const isBreak =
      error instanceof ReeveError && (error.code === 'LEDGER_ROLLED_BACK' || error.code === 'LEDGER_FORKED');
    if (!isBreak) throw error;
    // Thrown with it by the ledger itself, in this process.
    return error.details?.['seen'] as Checkpoint;
  }
  if (replaced !== undefined) return replaced;
  throw new ReeveError(
    'CONFLICT',
    `${options.projectId} continues what was seen of it; nothing is to be reset.`,
    {
      hint: 'reeve verify shows its anchors.',
    },
  );
}

async function withProject<T>(
  { config, clock, version, projectId }: ResetAnchorOptions,
  how: Pick<LedgerOptions, 'seen' | 'acceptsBreak'>,
  use: (ledger: ProjectLedger) => Promise<T>,
): Promise<T> {
  const ledger = await openLedger({ root: config.paths.workflow, clock, reeveVersion: version, ...how });
  try {
    return await use(await ledger.project(projectId));
  } finally {
    await ledger.close();
  }
}

function noKey(): ReeveError {
  return new ReeveError('NOT_FOUND', 'There is no signing key, so nothing vouches for this ledger.', {
    hint: 'reeve key create; then what is there now is signed when the project is next opened.',
  });
}
