import { toBase64 } from '../../protocol/base64.ts';
import { originOf } from '../../protocol/checkpoint.ts';
import { createMerkleTree } from '../../protocol/merkle-tree.ts';
import { readKeyEvent, type LoggedKey } from '../../protocol/signing-keys.ts';
import type { LogStanding } from '../domain/ledger-verdict/log-standing.ts';
import { createHeadTable } from './head-table.ts';
import type { ProjectPiece, SealClaim, TaskClaim } from './verify-job.ts';
import { createLogJoin, type LogFindings } from './verify-join.ts';
import type { TaskClaims } from './verify-listing.ts';
import type { VerifyPool } from './verify-pool.ts';
import type { VerifyWarning } from './verify-report.ts';
import { splitLog, type LogToVerify } from './verify-split.ts';

/** A project log that was verified, and what it tells up to its first bad line. */
export interface VerifiedProjectLog {
  readonly findings: LogFindings;
  readonly claims: TaskClaims;
  readonly standing: LogStanding;
  readonly resets: readonly VerifyWarning[];
}

/**
 * Verifies a project log and computes the Merkle tree over its lines.
 *
 * @param sizes of the tree at which roots are wanted
 */
export async function verifyProjectLog(
  target: LogToVerify,
  sizes: Iterable<number>,
  pool: VerifyPool,
): Promise<VerifiedProjectLog> {
  const join = createLogJoin(target);
  const told = createTold(target.log, sizes);
  await pool.run(splitLog(target), (job, report) => {
    if (join.add(job, report) && report.project !== null) told.add(report.project);
  });
  const findings = join.finish();
  const { last, isWhole } = findings;
  const { claims, keys, rootsAt, resets, size } = told;
  const origin = last === null ? null : originOf(last.log_id);
  return { findings, claims, standing: { origin, size: size(), isWhole, rootsAt, keys }, resets };
}

/** Gathers what the pieces tell, in their order. */
function createTold(log: string, sizes: Iterable<number>) {
  const tasks = new Map<string, TaskClaim>();
  const heads = createHeadTable();
  const seals = new Map<string, SealClaim[]>();
  const keys: LoggedKey[] = [];
  const resets: VerifyWarning[] = [];
  const tree = createMerkleTree();
  const wanted = new Set(sizes);
  const rootsAt = new Map<number, string>();
  const noteRoot = (): void => {
    if (wanted.has(tree.size)) rootsAt.set(tree.size, toBase64(tree.root()));
  };
  noteRoot();

  return {
    add(piece: ProjectPiece): void {
      for (const task of piece.tasks) tasks.set(task.task_id, task);
      heads.add(piece.headTasks, piece.heads);
      for (const { data, ...line } of piece.keyEvents)
        keys.push(readKeyEvent(line, data, keys.at(-1) ?? null));
      for (const { task_id, ...seal } of piece.seals) {
        const own = seals.get(task_id);
        if (own === undefined) seals.set(task_id, [seal]);
        else own.push(seal);
      }
      for (const reset of piece.resets) resets.push({ type: 'anchor_reset', log, ...reset });
      for (let from = 0; from < piece.leaves.length; from += 32) {
        tree.append(piece.leaves.subarray(from, from + 32));
        noteRoot();
      }
    },
    claims: { tasks, heads, seals },
    keys,
    rootsAt,
    resets,
    size: () => tree.size,
  };
}
