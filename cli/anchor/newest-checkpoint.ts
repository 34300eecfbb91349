import { setTimeout as sleep } from 'node:timers/promises';
import type { SignedCheckpoint } from '../../protocol/checkpoint.ts';
import { ReeveError } from '../../protocol/errors.ts';
import { formatSignedNote } from '../../protocol/signed-note.ts';
import { readCheckpointFile } from '../../daemon/ledger/checkpoint-file.ts';
import type { Context } from '../context.ts';
import { withCommands } from '../services.ts';
import { readStanding } from './read-standing.ts';

/** The newest signed checkpoint of a project. */
export interface NewestCheckpoint extends SignedCheckpoint {
  readonly projectId: string;
  /** The whole signed note. */
  readonly text: string;
}

/**
 * Makes sure that a project has a signed checkpoint over every line its log has now, and reads it.
 *
 * A running daemon writes it within a second; without one the project is opened here, which writes it as well.
 *
 * @throws ReeveError NOT_FOUND when there is no key to sign with, LEDGER_LOCKED
 */
export async function newestCheckpoint(context: Context): Promise<NewestCheckpoint> {
  const { projectId, folder, size } = await readStanding(context);
  const isBehind = (): boolean => (readCheckpointFile(folder)?.size ?? 0) < size;
  if (isBehind()) await withCommands(context, async () => {});
  for (let waited = 0; isBehind() && waited < WAIT_MS; waited += STEP_MS) await sleep(STEP_MS);
  const found = readCheckpointFile(folder);
  if (found === null || found.size < size) throw notSigned(projectId);
  return { ...found, projectId, text: formatSignedNote(found.note) };
}

/** A daemon that is busy may be later than its second. */
const WAIT_MS = 5_000;

const STEP_MS = 100;

function notSigned(projectId: string): ReeveError {
  return new ReeveError('NOT_FOUND', `Project ${projectId} has no signed checkpoint of where it stands.`, {
    hint: 'reeve key create makes a key (a running daemon takes it up when it starts again); reeve doctor looks at it.',
  });
}
