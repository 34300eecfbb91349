import { join } from 'node:path';
import { beginFastForward, finishFastForward } from '../ledger/fast-forward.ts';
import { openLedger } from '../ledger/open-ledger.ts';
import type { Clock } from '../ports/clock.ts';
import type { ImportAnswer, ImportRequest } from '../ports/services.ts';
import { recordImport, takeArchive } from './archive-commands.ts';

export interface FastForwardOptions {
  /** Absolute path of the data root. */
  readonly workflowFolder: string;
  readonly clock: Clock;
  readonly version: string;
}

/**
 * Imports an archive, also over an older copy of the same project.
 *
 * It holds the ledger's lock and opens no project before the files are in their places: the open ones of a kernel could
 * not be replaced.
 *
 * @throws ReeveError LEDGER_LOCKED, and all of `Commands.importArchive`
 */
export async function fastForwardProject(
  { workflowFolder, clock, version }: FastForwardOptions,
  request: ImportRequest,
): Promise<ImportAnswer> {
  const ledger = await openLedger({ root: workflowFolder, clock, reeveVersion: version });
  try {
    // What a crash interrupted is done first, or a half-moved project would be compared.
    for (const projectId of await ledger.projects()) finishFastForward(join(workflowFolder, projectId));
    const answer = await takeArchive({ ...request, fastForward: true }, workflowFolder, beginFastForward);
    if (answer.outcome !== 'identical') await recordImport(await ledger.project(answer.project_id), answer);
    return answer;
  } finally {
    await ledger.close();
  }
}
