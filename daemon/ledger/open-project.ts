import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import type { Actor, LedgerRecoveredData } from '../../protocol/generated/types.ts';
import type { TaskHead } from '../ports/ledger.ts';
import { examineProject, type SeenCheckpoints } from './examine-project.ts';
import { finishFastForward } from './fast-forward.ts';
import type { TaskTail } from './inspect-task-log.ts';
import type { WriterContext } from './log-writer.ts';
import { createProjectLedger, type ProjectLedgerHandle } from './project-ledger.ts';
import { ensureManifest } from './project-manifest.ts';
import { cutTail, keepTail } from './recover-tail.ts';
import type { ProjectScan } from './scan-project-log.ts';
import { unsealFile } from './seal-segment.ts';
import { taskFolder, taskLogPath } from './task-log.ts';
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
  /** What the log must continue, beside its own checkpoint; null: a person accepted a break. */
  readonly seen: SeenCheckpoints | null;
  /** Bytes by which the log grows between two writes of its index. */
  readonly indexEvery: number;
}

/**
 * Opens a project for writing, or makes it.
 *
 * ```
 * read the project log → compare it with what was seen of it → compare each task log's size with its head
 *   → read only what lies beyond heads → cut its torn tail → undo seals that were not recorded
 *   → record and cut torn tails → commit the heads found
 * ```
 *
 * @throws ReeveError NOT_FOUND; LEDGER_ROLLED_BACK or LEDGER_FORKED when it does not continue what was seen of it;
 *   LEDGER_DAMAGED when anything but a torn tail is wrong, and then nothing was changed in the log concerned
 */
export async function openProject(context: WriterContext, place: ProjectPlace): Promise<ProjectLedgerHandle> {
  const { projectId, folder } = place;
  finishFastForward(folder);
  const { scan, index, tails, misplaced } = examineProject(folder, place.seen);
  if (scan.end.head === null) {
    if (place.createdBy === null) throw noProject(projectId);
    mkdirSync(folder, { recursive: true });
  }
  cutProjectTail(folder, scan);
  for (const { task_id, segments } of misplaced) unsealFile(taskFolder(folder, task_id), segments + 1);
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
    register: scan.register,
    index,
    indexEvery: place.indexEvery,
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

/** Cuts the torn tail of the project log: the event that records the cut needs an intact log to go into. */
function cutProjectTail(folder: string, { end }: ProjectScan): void {
  if (end.fault === null) return;
  const path = join(folder, 'events.jsonl');
  keepTail(folder, path, end);
  cutTail(path, end.head?.bytes ?? 0);
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

/** Every task that has a line, as far as its own log goes. */
function listTasks(scan: ProjectScan, tails: readonly TaskTail[]): Map<string, TaskHead> {
  const tasks = new Map<string, TaskHead>();
  for (const { task_id, title, status, updated, head } of [...scan.tasks.values(), ...tails])
    if (head !== null) tasks.set(task_id, { task_id, title, status, updated, ...head });
  return tasks;
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
