import { join } from 'node:path';
import { findManifestFault } from './verify-manifest.ts';
import { joinReports, lastPoint, type VerifiedLog } from './verify-join.ts';
import { listTaskLogs, sizeOfLog } from './verify-listing.ts';
import { createVerifyPool, type PoolOptions, type VerifyPool } from './verify-pool.ts';
import { judge, type VerifyFault, type VerifyMode, type VerifyReport } from './verify-report.ts';
import { splitLog, type LogToVerify } from './verify-split.ts';

export interface VerifyOptions extends PoolOptions {
  /** Default strict. */
  readonly mode?: VerifyMode;
  /** Verify one task's log and files only; the project log is read in any case. */
  readonly taskId?: string;
}

/**
 * Verifies a project folder: every line, link and head, and every file that the logs refer to by digest.
 *
 * Only reads: it works on read-only media, without the lock and while a daemon writes. The project log is read first,
 * so that heads committed meanwhile are not taken for a cut task log.
 *
 * @param folder the project's folder
 */
export async function verifyProject(folder: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const { mode = 'strict', taskId = null } = options;
  const pool = createVerifyPool(options);
  try {
    const project = await verifyProjectLog(folder, mode, pool);
    if ('type' in project) return toReport(mode, [], [project]);
    const { targets, faults } = listTaskLogs(folder, project, mode, taskId);
    const tasks = await verifyLogs(targets, pool);
    const manifestFault = findManifestFault(folder, project.reports[0]?.first ?? null);
    return toReport(mode, [project, ...tasks], [...manifestFault, ...faults]);
  } finally {
    await pool.close();
  }
}

async function verifyProjectLog(
  folder: string,
  mode: VerifyMode,
  pool: VerifyPool,
): Promise<VerifiedLog | VerifyFault> {
  const log = 'events.jsonl';
  const size = sizeOfLog(folder, log, 'project_log');
  if (typeof size !== 'number') return size;
  const path = join(folder, log);
  const [verified] = await verifyLogs(
    [{ path, log, taskId: null, size, mode, heads: [], claim: null }],
    pool,
  );
  return verified ?? { type: 'missing', what: 'project_log', path: log };
}

/** All pieces of all logs go to the threads together. */
async function verifyLogs(
  targets: readonly LogToVerify[],
  pool: VerifyPool,
): Promise<readonly VerifiedLog[]> {
  const split = targets.map((target) => ({ target, jobs: splitLog(target) }));
  const reports = await pool.run(split.flatMap(({ jobs }) => jobs));
  let next = 0;
  return split.map(({ target, jobs }) => {
    const from = next;
    next += jobs.length;
    return { ...target, jobs, reports: reports.slice(from, next) };
  });
}

function toReport(
  mode: VerifyMode,
  logs: readonly VerifiedLog[],
  otherFaults: readonly VerifyFault[],
): VerifyReport {
  const findings = logs.map(joinReports);
  const faults = [...otherFaults, ...findings.flatMap((each) => each.faults)];
  const warnings = findings.flatMap((each) => each.warnings);
  const reports = logs.flatMap((each) => each.reports);
  const head = logs[0] === undefined ? null : lastPoint(logs[0].reports);
  return {
    verdict: judge(faults, warnings),
    mode,
    faults,
    warnings,
    logs: logs.length,
    events: reports.reduce((sum, { lines }) => sum + lines, 0),
    bytes: logs.reduce((sum, { size }) => sum + size, 0),
    files: reports.reduce((sum, { files }) => sum + files, 0),
    head: head === null ? null : { seq: head.seq, event_hash: head.event_hash },
  };
}
