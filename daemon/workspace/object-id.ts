import { ReeveError } from '../../protocol/errors.ts';

/**
 * Refuses anything but a full git object id, SHA-1 or SHA-256.
 *
 * Threat: an id that begins with a dash would be an option to git.
 *
 * @throws ReeveError BUG: ids come from git itself and from the ledger, already checked
 */
export function assertObjectIds(...ids: readonly string[]): void {
  for (const id of ids) {
    if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(id)) {
      throw new ReeveError('BUG', `${JSON.stringify(id)} is not a git object id.`);
    }
  }
}
