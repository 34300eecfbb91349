import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isId } from '../../protocol/ids.ts';
import { isPlain } from './plain-file.ts';
import type { VerifiedLog } from './verify-join.ts';
import type { HeadClaim, TaskClaim } from './verify-job.ts';
import type { KeptFile, VerifyFault, VerifyMode } from './verify-report.ts';
import type { LogToVerify } from './verify-split.ts';

/**
 * Lists the task logs to verify: those that the project log knows, and those found on disk besides.
 *
 * @param taskId only this task; null for all
 */
export function listTaskLogs(
  folder: string,
  project: VerifiedLog,
  mode: VerifyMode,
  taskId: string | null,
): { readonly targets: readonly LogToVerify[]; readonly faults: readonly VerifyFault[] } {
  const claims = new Map(project.reports.flatMap(({ tasks }) => tasks).map((task) => [task.task_id, task]));
  const heads = collectHeads(project);
  const targets: LogToVerify[] = [];
  const faults: VerifyFault[] = [];
  for (const task of listTaskIds(folder, claims)) {
    // A hostile project log could name any path.
    if ((taskId !== null && task !== taskId) || !isId(task)) continue;
    const claim = claims.get(task) ?? null;
    const log = `tasks/${task}/events.jsonl`;
    const size = sizeOfLog(folder, log, 'task_log');
    if (typeof size === 'number') {
      targets.push({
        path: join(folder, log),
        log,
        taskId: task,
        size,
        mode,
        heads: heads.get(task) ?? [],
        claim,
      });
    } else if (claim !== null || size.type !== 'missing') faults.push(size);
  }
  return { targets, faults };
}

/** Tells a log's size, or what stands in its place. */
export function sizeOfLog(folder: string, log: string, what: KeptFile): number | VerifyFault {
  try {
    const stats = lstatSync(join(folder, log), { throwIfNoEntry: false });
    if (stats === undefined) return { type: 'missing', what, path: log };
    return isPlain(stats) ? stats.size : { type: 'not_plain', what, path: log };
  } catch (error) {
    return { type: 'unreadable', path: log, detail: error instanceof Error ? error.message : String(error) };
  }
}

function collectHeads(project: VerifiedLog): ReadonlyMap<string, readonly HeadClaim[]> {
  const heads = new Map<string, HeadClaim[]>();
  for (const { taskHeads } of project.reports) {
    for (const { task_id, ...head } of taskHeads) {
      const own = heads.get(task_id);
      if (own === undefined) heads.set(task_id, [head]);
      else own.push(head);
    }
  }
  for (const own of heads.values()) own.sort((a, b) => a.seq - b.seq);
  return heads;
}

function listTaskIds(folder: string, claims: ReadonlyMap<string, TaskClaim>): readonly string[] {
  const tasks = join(folder, 'tasks');
  const found = lstatSync(tasks, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(tasks) : [];
  return [...new Set([...claims.keys(), ...found])].sort();
}
