import type { Disclosure } from '../../protocol/disclosure.ts';
import type { FoundCheckpoint } from '../domain/ledger-verdict/judge-checkpoint.ts';
import { judgeStanding, type Standing } from '../domain/ledger-verdict/judge-standing.ts';
import type { LogStanding } from '../domain/ledger-verdict/log-standing.ts';
import type { Anchor } from '../ports/anchors.ts';
import { readCheckpoint } from './read-checkpoint.ts';
import { createLogJoin, type LogFindings, type LogJoin } from './verify-join.ts';
import type { VerifyJob } from './verify-job.ts';
import { findDisclosureFault, findProjectLog, listTaskLogs, type VerifyScope } from './verify-listing.ts';
import { findManifestFault } from './verify-manifest.ts';
import { createVerifyPool, type PoolOptions, type VerifyPool } from './verify-pool.ts';
import { verifyProjectLog, type VerifiedProjectLog } from './verify-project-log.ts';
import type { VerifyFault, VerifyMode, VerifyReport } from './verify-report.ts';
import { splitLog, type LogToVerify } from './verify-split.ts';
import { createVerifySummary, type VerifySummary } from './verify-summary.ts';

export interface VerifyOptions extends PoolOptions {
  /** Default strict. */
  readonly mode?: VerifyMode;
  /** Verify one task's log and files only; the project log is read in any case. */
  readonly taskId?: string;
  /** What speaks for this ledger from outside of it. They have to be gathered before. */
  readonly anchors?: readonly Anchor[];
  /** Ids of keys, each of which has to vouch for the one that signed the checkpoint. */
  readonly trustedKeys?: readonly string[];
  /** What an archive says it left out. */
  readonly disclosure?: Disclosure;
}

/**
 * Verifies a project folder: every line, link and head, every file that the logs name by digest, and how all of it
 * stands to its checkpoint, its keys and the anchors given.
 *
 * Only reads: it works on read-only media, without the lock and while a daemon writes. What tells of the project log
 * is read before it, and it before the task logs, so that what is written meanwhile is not taken for missing.
 *
 * @param folder the project's folder
 */
export async function verifyProject(folder: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const { mode = 'strict', taskId = null, anchors = [], trustedKeys = [], disclosure = null } = options;
  const scope: VerifyScope = { folder, mode, taskId, disclosure };
  const checkpoint = readCheckpoint(folder);
  const judge = (log: LogStanding): Standing<Anchor> => {
    return judgeStanding({ log, checkpoint, anchors, trustedKeys });
  };
  const target = findProjectLog(scope);
  if ('type' in target) return createVerifySummary(mode, checkpoint, NO_LOG, judge(NO_LOG)).finish([target]);
  const pool = createVerifyPool(options);
  try {
    const project = await verifyProjectLog(target, sizesOf(checkpoint, anchors), pool);
    const { standing, findings, resets } = project;
    const summary = createVerifySummary(mode, checkpoint, standing, judge(standing));
    summary.add({ ...findings, warnings: [...findings.warnings, ...resets] });
    const faults = await verifyTaskLogs(scope, project, pool, summary);
    return summary.finish([...findManifestFault(folder, findings.first), ...faults]);
  } finally {
    await pool.close();
  }
}

const NO_LOG: LogStanding = { origin: null, size: 0, isWhole: false, rootsAt: new Map(), keys: [] };

function sizesOf(checkpoint: FoundCheckpoint, anchors: readonly Anchor[]): readonly number[] {
  const own = typeof checkpoint === 'string' ? [] : [checkpoint.size];
  return [...own, ...anchors.map((anchor) => anchor.checkpoint.size)];
}

/** Answers with what is wrong besides what the logs hold. */
async function verifyTaskLogs(
  scope: VerifyScope,
  { claims, standing }: VerifiedProjectLog,
  pool: VerifyPool,
  summary: VerifySummary,
): Promise<readonly VerifyFault[]> {
  const faults: VerifyFault[] = [];
  const targets = listTaskLogs(scope, claims, (fault) => faults.push(fault));
  let logs = 0;
  await verifyLogs(targets, pool, (findings) => {
    logs += 1;
    summary.add(findings);
  });
  const isEmptied = standing.isWhole && standing.size === 0 && logs > 0;
  if (isEmptied) faults.unshift({ type: 'truncated', log: 'events.jsonl', seq: 0, head_seq: 1 });
  return [...faults, ...findDisclosureFault(scope, claims.tasks)];
}

/** All pieces of all logs go to the threads together. */
async function verifyLogs(
  targets: Iterable<LogToVerify>,
  pool: VerifyPool,
  done: (findings: LogFindings) => void,
): Promise<void> {
  const open: LogJoin[] = [];
  function* jobs(): Generator<VerifyJob, void> {
    for (const target of targets) {
      open.push(createLogJoin(target));
      yield* splitLog(target);
    }
  }
  await pool.run(jobs(), (job, report) => {
    open[0]?.add(job, report);
    if (!job.isLast) return;
    const join = open.shift();
    if (join !== undefined) done(join.finish());
  });
}
