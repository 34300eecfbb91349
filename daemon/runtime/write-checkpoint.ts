import type { Checkpoint } from '../../protocol/checkpoint.ts';
import { writeSeen } from '../anchors/seen-checkpoint.ts';
import { writeCheckpointFile } from '../ledger/checkpoint-file.ts';
import type { Clock } from '../ports/clock.ts';
import type { ProjectLedger } from '../ports/ledger.ts';
import type { Signer } from '../ports/signing.ts';
import { signCheckpoint } from '../signing/sign-checkpoint.ts';

/** Who vouches for checkpoints, and where it is kept that they were seen. */
export interface Witness {
  readonly signer: Signer;
  readonly userState: string;
  readonly clock: Clock;
}

/** A checkpoint as it was written. */
export interface WrittenCheckpoint {
  readonly checkpoint: Checkpoint;
  /** The whole signed note. */
  readonly note: string;
}

/**
 * Signs where a project log stands now, beside the log and in the user's state.
 *
 * Invariant: only lines that are on disk are in the checkpoint, so that no crash leaves it ahead of the log.
 */
export async function writeCheckpoint(witness: Witness, ledger: ProjectLedger): Promise<WrittenCheckpoint> {
  const { signer, userState, clock } = witness;
  const checkpoint = ledger.checkpoint();
  const note = signCheckpoint(signer, checkpoint);
  await writeCheckpointFile(ledger.folder, note);
  const time = new Date(clock.now()).toISOString();
  await writeSeen(userState, { ...checkpoint, project_folder: ledger.folder, key_id: signer.key_id, time });
  return { checkpoint, note };
}
