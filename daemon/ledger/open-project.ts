import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import type { Actor, LedgerRecoveredData } from '../../protocol/generated/types.ts';
import { isId } from '../../protocol/ids.ts';
import type { TaskHead } from '../ports/ledger.ts';
import { inspectKnownLog, inspectUnknownLog, type TaskTail } from './inspect-task-log.ts';
import type { WriterContext } from './log-writer.ts';
import { createProjectLedger, type ProjectLedgerHandle } from './project-ledger.ts';
import { ensureManifest } from './project-manifest.ts';
import { cutTail, keepTail } from './recover-tail.ts';
import { scanProjectLog, type ProjectScan, type TaskRecord } from './scan-project-log.ts';
import { taskLogPath } from './task-log.ts';
import { listUnrecordedTails } from './unrecorded-tails.ts';

/** Where a project is, and who opens it. */
export interface ProjectPlace {
  readonly projectId: string;
  /** Absolute path. */
  readonly folder: string;
  /** Whom the ledger's own events are by. */
  readonly actor: Actor;
  /** Recorded when the project is made; null: it must exist. */
  readonly createdBy: string | null;
}

/**
 * Opens a project for writing, or makes it.
 *
 * ```
 * read the project log → cut its torn tail → compare each task log's size with its head
 *   → read only what lies beyond heads → record and cut torn tails → commit the heads found
 * ```
 *
 * @throws ReeveError NOT_FOUND; LEDGER_DAMAGED when anything but a torn tail is wrong, and then nothing was changed
 *   in the log concerned
 */
export async function openProject(context: WriterContext, place: ProjectPlace): Promise<ProjectLedgerHandle> {
  const { projectId, folder } = place;
  const scan = scanProject(place);
  const tails = listTails(folder, scan);
  for (const id of [scan.end.lastId, ...tails.map(({ end }) => end.lastId)]) {
    if (id !== null) context.stamps.observe(id);
  }
  const kept = keepTails(folder, tails, listUnrecordedTails(folder, scan.keptFiles));
  const ledger = createProjectLedger(context, place.actor, {
    projectId,
    folder,
    log_id: scan.genesis?.log_id ?? randomBytes(16).toString('hex'),
    head: scan.end.head,
    tree: scan.tree,
    keys: scan.keys,
    tasks: listTasks(scan, tails),
    recovered: kept,
  });
  const genesis = scan.genesis ?? (await createGenesis(ledger, place));
  await recordTails(
    ledger,
    place,
    kept.filter(({ kept_as }) => !scan.keptFiles.has(kept_as)),
  );
  for (const { task_id, end } of tails) {
    if (end.fault !== null) cutTail(taskLogPath(folder, task_id), end.head?.bytes ?? 0);
  }
  for (const tail of tails) noteTail(ledger, tail);
  await ledger.flush();
  ensureManifest(folder, projectId, genesis);
  return ledger;
}

/** Reads the project log and cuts its torn tail: the event that records the cut needs an intact log to go into. */
function scanProject({ projectId, folder, createdBy }: ProjectPlace): ProjectScan {
  const path = join(folder, 'events.jsonl');
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) {
    if (createdBy === null) throw noProject(projectId);
    mkdirSync(folder, { recursive: true });
    return EMPTY;
  }
  const scan = scanProjectLog(path);
  if (scan.end.head === null && createdBy === null) throw noProject(projectId);
  if (scan.end.fault === null) return scan;
  keepTail(folder, path, scan.end);
  cutTail(path, scan.end.head?.bytes ?? 0);
  return scan;
}

const EMPTY: ProjectScan = {
  end: { head: null, lastId: null, size: 0, fault: null },
  genesis: null,
  tasks: new Map(),
  keptFiles: new Set(),
  tree: { size: 0, subtrees: [] },
  keys: [],
  rootsAt: new Map(),
};

/** Every task log that does not stand exactly at its head. */
function listTails(folder: string, scan: ProjectScan): readonly TaskTail[] {
  const tails: TaskTail[] = [];
  for (const record of scan.tasks.values()) {
    const tail = inspectKnownLog(taskLogPath(folder, record.task_id), record);
    if (tail !== null) tails.push(tail);
  }
  for (const taskId of listFolders(join(folder, 'tasks'))) {
    if (scan.tasks.has(taskId) || !isId(taskId)) continue;
    const tail = inspectUnknownLog(taskLogPath(folder, taskId), taskId);
    if (tail !== null) tails.push(tail);
  }
  return tails;
}

function listFolders(path: string): readonly string[] {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(path).sort();
}

function keepTails(
  folder: string,
  tails: readonly TaskTail[],
  projectTails: readonly LedgerRecoveredData[],
): readonly LedgerRecoveredData[] {
  const torn = tails.filter(({ end }) => end.fault !== null);
  return [
    ...projectTails,
    ...torn.map(({ task_id, end }) => keepTail(folder, taskLogPath(folder, task_id), end)),
  ];
}

function listTasks(scan: ProjectScan, tails: readonly TaskTail[]): readonly TaskHead[] {
  const found = new Map(tails.map((tail) => [tail.task_id, tail]));
  const known = [...scan.tasks.values()].flatMap((record) => toTaskHead(found.get(record.task_id) ?? record));
  const unknown = tails.filter(({ task_id }) => !scan.tasks.has(task_id)).flatMap(toTaskHead);
  return [...known, ...unknown];
}

function toTaskHead({ task_id, title, status, updated, head }: TaskTail | TaskRecord): readonly TaskHead[] {
  return head === null ? [] : [{ task_id, title, status, updated, ...head }];
}

async function createGenesis(
  ledger: ProjectLedgerHandle,
  { projectId, actor, createdBy }: ProjectPlace,
): Promise<NonNullable<ProjectScan['genesis']>> {
  const data = { project_id: projectId, reeve_version: createdBy ?? '' };
  const { events, durable } = ledger.appendProject(actor, [{ type: 'project.created', data }]);
  await durable;
  const [event] = events;
  if (event === undefined) throw new ReeveError('BUG', 'A new project has no first event.');
  return { ...event, reeve_version: data.reeve_version };
}

/** Recorded before a task log is cut, so that no cut goes unrecorded. */
async function recordTails(
  ledger: ProjectLedgerHandle,
  { actor }: ProjectPlace,
  kept: readonly LedgerRecoveredData[],
): Promise<void> {
  await ledger.appendProject(
    actor,
    kept.map((data) => ({ type: 'ledger.recovered', data })),
  ).durable;
}

function noteTail(ledger: ProjectLedgerHandle, { task_id, title, status, head, genesis }: TaskTail): void {
  if (head === null) return;
  const created = genesis === null ? null : { title, genesis };
  ledger.noteHead({ task_id, head, status, events: head.seq, isUrgent: true, created });
}

function noProject(projectId: string): ReeveError {
  return new ReeveError('NOT_FOUND', `There is no project ${projectId}.`, {
    hint: '`reeve init --project ID` makes one; a pack dropped into its inbox does too.',
  });
}
