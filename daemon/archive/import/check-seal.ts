import { parseSignedCheckpoint } from '../../../protocol/checkpoint.ts';
import { formatVerifierKey } from '../../../protocol/signed-note.ts';
import { keyInForce } from '../../../protocol/signing-keys.ts';
import { BAG, TAG } from '../bag-files.ts';
import { findCheckpointFault } from '../checkpoint-fault.ts';
import { CHECKPOINT } from '../project-layout.ts';
import type { ProjectLog } from '../project-log.ts';
import type { Problems } from './problems.ts';
import type { UnpackedBag } from './unpack-bag.ts';

/**
 * Checks the checkpoint of an archive against its project log, and the key beside it.
 *
 * That a project with keys has no checkpoint is no matter of the archive: the ledger's verification tells it.
 *
 * @param checkpoint text of the signed note; null without one
 */
export function checkSeal(
  bag: Pick<UnpackedBag, 'texts'>,
  checkpoint: string | null,
  log: ProjectLog,
  problems: Problems,
): void {
  const path = BAG.payload + CHECKPOINT;
  const signed = checkpoint === null ? null : parseSignedCheckpoint(checkpoint);
  if (checkpoint !== null && signed === null) problems.add(path, 'it is not a signed checkpoint');
  const fault = signed === null ? null : findCheckpointFault(signed, log);
  const isLoss = signed?.origin === log.checkpoint.origin && signed.size > log.checkpoint.size;
  if (fault !== null && isLoss) problems.addLoss(path, fault);
  else if (fault !== null) problems.add(path, fault);
  const told = bag.texts.get(TAG.verifierKey);
  if (told === undefined) return;
  const key = keyInForce(log.keys, signed?.size ?? log.checkpoint.size);
  // Threat: whoever checks the checkpoint with this key would trust another one than the log names.
  if (key === null || told !== `${formatVerifierKey(log.checkpoint.origin, key.public_key)}\n`)
    problems.add(TAG.verifierKey, 'it is not the key that the project log names');
}
