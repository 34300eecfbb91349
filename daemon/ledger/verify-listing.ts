import { lstatSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { redactedSeqs, type Disclosure } from '../../protocol/disclosure.ts';
import { isId } from '../../protocol/ids.ts';
import { PROJECT_LOG } from '../domain/ledger-verdict/standing-fault.ts';
import type { HeadTable } from './head-table.ts';
import { isPlain } from './plain-file.ts';
import { claimKey } from './verify-claims.ts';
import { listSegments, segmentName } from './segment-files.ts';
import type { HeadClaim, SealClaim, TaskClaim } from './verify-job.ts';
import type { Stretch } from './verify-range.ts';
import type { KeptFile, VerifyFault, VerifyMode } from './verify-report.ts';
import { filesOfSeals, findSealFault, headsOfSeals, listUnnamed } from './verify-seals.ts';
import type { LogToVerify } from './verify-split.ts';

/** What is to be verified of a project folder. */
export interface VerifyScope {
  /** Absolute path of the project's folder. */
  readonly folder: string;
  readonly mode: VerifyMode;
  /** Only this task's log, besides the project log; null for all. */
  readonly taskId: string | null;
  /** What an archive says it left out; null outside of one. */
  readonly disclosure: Disclosure | null;
}

/** What the project log says of the task logs. */
export interface TaskClaims {
  readonly tasks: ReadonlyMap<string, TaskClaim>;
  readonly heads: HeadTable;
  /** By task, in order. */
  readonly seals: ReadonlyMap<string, readonly SealClaim[]>;
}

/** Finds the project log, or tells what stands in its place. */
export function findProjectLog(scope: VerifyScope): LogToVerify | VerifyFault {
  const file = findFile(scope.folder, PROJECT_LOG, 'project_log');
  if ('type' in file) return file;
  return toLog(scope, PROJECT_LOG, [file], { taskId: null, claim: null, heads: [], seals: [] });
}

/**
 * Lists the task logs to verify: those that the project log knows, and those found on disk besides.
 *
 * @param tell takes what is wrong with logs that cannot be verified
 */
export function* listTaskLogs(
  scope: VerifyScope,
  claims: TaskClaims,
  tell: (fault: VerifyFault) => void,
): Generator<LogToVerify, void> {
  for (const taskId of listTaskIds(scope, claims.tasks)) {
    const claim = claims.tasks.get(taskId) ?? null;
    const seals = claims.seals.get(taskId) ?? [];
    const sealFault = findSealFault(seals, PROJECT_LOG, `tasks/${taskId}`);
    if (sealFault !== null) tell(sealFault);
    const files = findTaskFiles(scope.folder, taskId);
    if (!('type' in files)) {
      const heads = joinHeads(claims.heads.headsOf(taskId), seals);
      yield toLog(scope, logOfTask(taskId), files, { taskId, claim, heads, seals });
    } else if (claim !== null || files.type !== 'log_missing') tell(files);
  }
}

function listTaskIds(
  { folder, taskId, disclosure }: VerifyScope,
  known: TaskClaims['tasks'],
): readonly string[] {
  const tasks = join(folder, 'tasks');
  const found = lstatSync(tasks, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(tasks) : [];
  const included = disclosure === null ? null : new Set([...disclosure.tasks.included, ...found]);
  return (
    [...new Set([...known.keys(), ...found])]
      .filter((task) => taskId === null || task === taskId)
      .filter((task) => included === null || included.has(task))
      // A hostile project log could name any path.
      .filter(isId)
      .sort()
  );
}

/** Compares the tasks an archive says it left out with those that the project log knows and it lacks. */
export function findDisclosureFault(
  { disclosure, taskId }: VerifyScope,
  tasks: TaskClaims['tasks'],
): readonly VerifyFault[] {
  if (disclosure === null || taskId !== null) return [];
  const { included, left_out } = disclosure.tasks;
  const kept = new Set(included);
  const leftOut = [...tasks.keys()].filter((task) => !kept.has(task)).length;
  if (leftOut === left_out) return [];
  const detail = `it says that ${left_out} tasks were left out, and the project log knows of ${leftOut}`;
  return [{ type: 'disclosure_wrong', detail }];
}

function logOfTask(taskId: string): string {
  return `tasks/${taskId}/events.jsonl`;
}

function joinHeads(heads: readonly HeadClaim[], seals: readonly SealClaim[]): readonly HeadClaim[] {
  if (seals.length === 0) return heads;
  return [...heads, ...headsOfSeals(seals)].sort((a, b) => a.seq - b.seq);
}

/** A task's log: its sealed segments in order, and the file that grows, which may be absent right after a seal. */
function findTaskFiles(folder: string, taskId: string): readonly Stretch[] | VerifyFault {
  const log = logOfTask(taskId);
  try {
    const taskFolder = join(folder, 'tasks', taskId);
    for (let names = listSegments(taskFolder); ;) {
      const files = findFiles(folder, taskId, names);
      const now = listSegments(taskFolder);
      if (now.length === names.length) return files;
      names = now;
    }
  } catch (error) {
    return unreadable(log, error);
  }
}

function findFiles(
  folder: string,
  taskId: string,
  names: readonly string[],
): readonly Stretch[] | VerifyFault {
  const files: Stretch[] = [];
  for (const name of names) {
    const file = findFile(folder, `tasks/${taskId}/${name}`, 'task_log');
    if ('type' in file) return file;
    files.push(file);
  }
  const growing = findFile(folder, logOfTask(taskId), 'task_log');
  if (!('type' in growing)) {
    const sealedAs = join(folder, 'tasks', taskId, segmentName(names.length + 1));
    return [...files, { ...growing, sealedAs }];
  }
  return growing.type === 'log_missing' && files.length > 0 ? files : growing;
}

/** Finds a file of a log, or tells what stands in its place. */
function findFile(folder: string, log: string, what: KeptFile): Stretch | VerifyFault {
  const path = join(folder, log);
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return { type: 'log_missing', what, path: log };
    if (!isPlain(stats)) return { type: 'not_plain', what, path: log, log, seq: 1 };
    return { path, inode: stats.ino, from: 0, to: stats.size };
  } catch (error) {
    return unreadable(log, error);
  }
}

function unreadable(path: string, error: unknown): VerifyFault {
  return { type: 'unreadable', path, detail: error instanceof Error ? error.message : String(error) };
}

function toLog(
  { folder, mode, disclosure }: VerifyScope,
  log: string,
  files: readonly Stretch[],
  {
    seals,
    ...claims
  }: Pick<LogToVerify, 'taskId' | 'claim' | 'heads'> & {
    readonly seals: readonly SealClaim[];
  },
): LogToVerify {
  const redacted = disclosure === null ? null : redactedSeqs(disclosure, log);
  const prefix = log.slice(0, -PROJECT_LOG.length);
  const redactedFiles = (disclosure?.redacted ?? []).flatMap((each) => {
    const isOwn = 'sha256' in each && each.path.startsWith(prefix);
    return isOwn ? [claimKey({ ...each, path: each.path.slice(prefix.length) })] : [];
  });
  const segments = files
    .map(({ path, to }) => ({ name: basename(path), bytes: to }))
    .filter(({ name }) => name !== PROJECT_LOG);
  return {
    ...claims,
    log,
    folder: join(folder, prefix),
    files,
    mode,
    sealed: filesOfSeals(seals, redacted),
    warnings: listUnnamed(log, segments, seals, claims.heads),
    redacted: redacted === null || redacted.size === 0 ? null : redacted,
    redactedFiles: new Set(redactedFiles),
  };
}
