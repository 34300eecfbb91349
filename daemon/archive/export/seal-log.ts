import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatCheckpoint, parseSignedCheckpoint, type Checkpoint } from '../../../protocol/checkpoint.ts';
import { formatVerifierKey } from '../../../protocol/signed-note.ts';
import { keyInForce } from '../../../protocol/signing-keys.ts';
import { findCheckpointFault } from '../checkpoint-fault.ts';
import { damagedLog } from '../log-lines.ts';
import { CHECKPOINT } from '../project-layout.ts';
import type { ProjectLog } from '../project-log.ts';

/** Whoever signs archives. */
export interface ArchiveSigner {
  readonly key_id: string;
  /** Writes a signed note over a checkpoint. */
  readonly signCheckpoint: (checkpoint: Checkpoint) => string;
  /** Signs the body of a DSSE envelope. */
  readonly signAttestation: (
    payloadType: string,
    body: string,
  ) => { readonly keyid: string; readonly sig: string };
}

/** The signed end of a project log. */
export interface SealedLog {
  /** The signed note, as the file `checkpoint` holds it. */
  readonly text: string;
  readonly checkpoint: Checkpoint;
  readonly key_id: string;
  /** The key as verifiers of signed notes read it. */
  readonly verifierKey: string;
  /** Whether it was signed for this export, by the key in force: that key signs the files beside the log as well. */
  readonly isFresh: boolean;
}

/** Reads the checkpoint that lies in a project folder; null when there is none. */
export async function readTreeCheckpoint(projectFolder: string): Promise<string | null> {
  return await readFile(join(projectFolder, CHECKPOINT), 'utf8').catch(() => null);
}

/**
 * Signs what is exported of a project log; with a key that is not the one in force, or none, the checkpoint of the
 * project folder is taken, which may cover less.
 *
 * @param tree the checkpoint of the folder, read before the log was: it covers no line that is not there
 * @throws ReeveError LEDGER_DAMAGED when that is not a checkpoint of this log
 */
export function sealLog(
  log: ProjectLog,
  tree: string | null,
  signer: Pick<ArchiveSigner, 'key_id' | 'signCheckpoint'> | null,
): SealedLog | null {
  if (signer !== null && keyInForce(log.keys, log.checkpoint.size)?.key_id === signer.key_id) {
    return toSealedLog(log, log.checkpoint, signer.signCheckpoint(log.checkpoint), true);
  }
  if (tree === null) return null;
  const found = parseSignedCheckpoint(tree);
  const fault = found === null ? 'it is none' : findCheckpointFault(found, log);
  if (found === null || fault !== null) throw damagedLog(CHECKPOINT, fault ?? '');
  const { origin, size, root } = found;
  return toSealedLog(log, { origin, size, root }, tree, false);
}

/** The three lines that a person keeps elsewhere. */
export function noteOf(log: ProjectLog): string {
  return formatCheckpoint(log.checkpoint);
}

function toSealedLog(log: ProjectLog, checkpoint: Checkpoint, text: string, isFresh: boolean): SealedLog {
  const key = keyInForce(log.keys, checkpoint.size);
  const public_key = key?.public_key ?? '';
  const verifierKey = formatVerifierKey(checkpoint.origin, public_key);
  return { text, checkpoint, key_id: key?.key_id ?? '', verifierKey, isFresh };
}
