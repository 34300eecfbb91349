import { join } from 'node:path';
import { toBase64 } from '../../protocol/base64.ts';
import { originOf, type Checkpoint } from '../../protocol/checkpoint.ts';
import { ReeveError } from '../../protocol/errors.ts';
import { createMerkleTree } from '../../protocol/merkle-tree.ts';
import { listProjects } from '../../daemon/ledger/list-projects.ts';
import { scanProjectLog } from '../../daemon/ledger/scan-project-log.ts';
import type { LogStanding } from '../../daemon/domain/ledger-verdict/log-standing.ts';
import type { Context } from '../context.ts';

/** Where the project log stands, as its lines alone tell. */
export interface ProjectStanding extends LogStanding {
  readonly projectId: string;
  /** Absolute path. */
  readonly folder: string;
  readonly logId: string;
  /** Over all its intact lines. */
  readonly checkpoint: Checkpoint;
}

/**
 * Reads the log of the project that a verb is about; it changes nothing and needs no lock.
 *
 * @param sizes of the tree at which roots are wanted
 * @throws ReeveError NOT_FOUND, LEDGER_DAMAGED, IO_FAILED
 */
export async function readStanding(
  context: Context,
  sizes: readonly number[] = [],
): Promise<ProjectStanding> {
  const { project: projectId, paths } = await context.config();
  const folder = join(paths.workflow, projectId);
  if (!listProjects(paths.workflow).includes(projectId)) throw noProject(projectId);
  const scan = scanProjectLog(join(folder, 'events.jsonl'), () => sizes);
  if (scan.genesis === null) throw noProject(projectId);
  const { log_id: logId } = scan.genesis;
  const origin = originOf(logId);
  const tree = createMerkleTree(scan.tree);
  return {
    projectId,
    folder,
    logId,
    origin,
    size: tree.size,
    checkpoint: { origin, size: tree.size, root: toBase64(tree.root()) },
    isWhole: scan.end.fault === null,
    rootsAt: scan.rootsAt,
    keys: scan.keys,
  };
}

function noProject(projectId: string): ReeveError {
  return new ReeveError('NOT_FOUND', `There is no project ${projectId}.`, {
    hint: 'reeve status lists the projects; choose one with --project.',
  });
}
