import type { SignedCheckpoint } from '../../protocol/checkpoint.ts';
import { isNoteSignedBy } from '../../protocol/signed-note.ts';
import { keyInForce } from '../../protocol/signing-keys.ts';
import type { ProjectLog } from './project-log.ts';

/**
 * Tells what is wrong with a signed checkpoint of a project log; null for nothing.
 *
 * @param log read with the checkpoint's size among `sizes`
 */
export function findCheckpointFault(
  checkpoint: SignedCheckpoint,
  log: Pick<ProjectLog, 'checkpoint' | 'rootsAt' | 'keys'>,
): string | null {
  const { origin, size, root, note } = checkpoint;
  if (origin !== log.checkpoint.origin) return 'it is about another log';
  if (size > log.checkpoint.size)
    return `it covers ${size} lines, but the project log has ${log.checkpoint.size}`;
  if (log.rootsAt.get(size) !== root) return 'its root is not that of the project log';
  const key = keyInForce(log.keys, size);
  if (key === null) return 'the project log names no key that may sign it';
  if (key.trust === 'invalid') return `the key in force, ${key.key_id}, is not vouched for`;
  return isNoteSignedBy(note, origin, key.public_key) ? null : `key ${key.key_id} did not sign it`;
}
