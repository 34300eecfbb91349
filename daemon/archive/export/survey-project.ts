import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Disclosure, RedactedFile } from '../../../protocol/disclosure.ts';
import { parseSignedCheckpoint } from '../../../protocol/checkpoint.ts';
import { ReeveError } from '../../../protocol/errors.ts';
import type { LedgerEvent } from '../../../protocol/events.ts';
import type { LogLine, SeeLine } from '../log-lines.ts';
import { CHECKPOINT, isStructuralFile, PROJECT_LOG, taskLogOf } from '../project-layout.ts';
import { readProjectLog, type CommittedTask, type ProjectLog } from '../project-log.ts';
import { openRegularFile, readChunks } from '../regular-file.ts';
import { stopWhenAborted } from '../stop-when-aborted.ts';
import { chooseTasks, type TaskChoice } from './choose-tasks.ts';
import { createPayloadPlanner, type PayloadFile, type PayloadPlan } from './plan-payload.ts';
import { parseRedactions, type Redactions } from './redactions.ts';
import { readTreeCheckpoint, sealLog, type ArchiveSigner, type SealedLog } from './seal-log.ts';
import { cutTaskLog, listLogParts } from './task-cut.ts';
import { createLineWithholder, growthOf, type LineWithholder, type Splice } from './withhold-lines.ts';

/** What is to be handed over of a project. */
export interface ExportChoice extends TaskChoice {
  /** Files and lines to withhold: see `parseRedactions`. */
  readonly redact: readonly string[];
}

/** Follows the lines of a survey, those of the project log first, then task by task, the newest first. */
export interface SurveyWatch {
  readonly onEvent: (event: LedgerEvent, log: string) => void;
  readonly onWithheld: (line: LogLine, log: string) => void;
}

/** A project as it will be archived. */
export interface Survey {
  readonly project: ProjectLog;
  /** The tasks that are handed over, in order of creation. */
  readonly tasks: readonly CommittedTask[];
  readonly sealed: SealedLog | null;
  readonly plan: PayloadPlan;
  readonly splices: ReadonlyMap<string, readonly Splice[]>;
  /** What is withheld and left out; null when nothing is. */
  readonly disclosure: Disclosure | null;
  /** Lines read, each compared with its hash. */
  readonly lines: number;
}

export interface SurveyOptions {
  readonly projectFolder: string;
  readonly choice: ExportChoice;
  readonly signer: Pick<ArchiveSigner, 'key_id' | 'signCheckpoint'> | null;
  readonly watch?: SurveyWatch;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a project and settles what its archive holds; writes nothing.
 *
 * ```
 * the project log up to its last complete line → the tasks that are wanted
 *   → each task: its log, cut at the newest head named there, and its files → all other files
 * ```
 *
 * The cut is consistent while a daemon appends: the project log is read first, so every head in it is covered, and no
 * task log goes beyond its head.
 *
 * @throws ReeveError USAGE with everything that cannot be redacted; NOT_FOUND; LEDGER_DAMAGED; IO_FAILED
 */
export async function surveyProject(options: SurveyOptions): Promise<Survey> {
  const { projectFolder, choice, signer } = options;
  const redactions = parseRedactions(choice.redact);
  const withheld = createLineWithholder(redactions);
  let lines = 0;
  const see = (log: string): SeeLine => {
    const isConcerned = redactions.concerns(log);
    return (line, content) => {
      lines += 1;
      if (isConcerned && withheld.take(log, line)) options.watch?.onWithheld(line, log);
      else options.watch?.onEvent(content.event(), log);
    };
  };
  const tree = await readTreeCheckpoint(projectFolder);
  const project = await readProject(projectFolder, tree, see(PROJECT_LOG));
  const sealed = sealLog(project, tree, signer);
  const tasks = chooseTasks(project, choice);
  const whole = await planTasks(options, { project, tasks, sealed, withheld, see });
  const { plan, files } = await withholdFiles(projectFolder, whole, redactions, withheld.refused);
  const disclosure = toDisclosure(project, tasks, choice, [...files, ...withheld.events]);
  return { project, tasks, sealed, plan, splices: withheld.splices, disclosure, lines };
}

async function readProject(projectFolder: string, tree: string | null, see: SeeLine): Promise<ProjectLog> {
  const path = join(projectFolder, PROJECT_LOG);
  const file = openRegularFile(path);
  try {
    const size = tree === null ? undefined : parseSignedCheckpoint(tree)?.size;
    const sizes = size === undefined ? [] : [size];
    const chunks = readChunks(file, path, { to: file.bytes });
    return await readProjectLog(chunks, PROJECT_LOG, { see, isHashed: true, sizes });
  } finally {
    file.close();
  }
}

/** Other work of the process comes in between so many tasks. */
const TASKS_AT_ONCE = 32;

async function planTasks(
  { projectFolder, signal }: SurveyOptions,
  found: Pick<Survey, 'project' | 'tasks' | 'sealed'> & {
    readonly withheld: LineWithholder;
    readonly see: (log: string) => SeeLine;
  },
): Promise<PayloadPlan> {
  const { project, tasks, sealed, withheld, see } = found;
  const sizeOf = (log: string, from: number, to: number): number =>
    to - from + growthOf(withheld.splices.get(log) ?? [], from, to);
  const ids = tasks.map(({ task_id }) => task_id);
  const planner = createPayloadPlanner(projectFolder, ids);
  // A report has room for some, the newest rather than the others: what comes too late for it is let go at once.
  for (const [at, task] of tasks.toReversed().entries()) {
    if (at % TASKS_AT_ONCE === 0) await setImmediate();
    stopWhenAborted(signal);
    const log = taskLogOf(task.task_id);
    const { bytes, endedAttempts } = await cutTaskLog(projectFolder, task, see(log));
    const logs = listLogParts(task, bytes).map(({ name, from, to }) => ({
      name,
      bytes: sizeOf(log, from, to),
    }));
    planner.addTask(task.task_id, logs, endedAttempts);
  }
  const composed = [{ name: PROJECT_LOG, bytes: project.head.bytes }];
  if (sealed !== null) composed.push({ name: CHECKPOINT, bytes: Buffer.byteLength(sealed.text) });
  planner.addProject(composed, project.files, tasks.length < project.tasks.size);
  return planner.finish();
}

/** @param refusedLines lines that may not be redacted: told together with the files */
async function withholdFiles(
  projectFolder: string,
  { files, leftOut }: PayloadPlan,
  redactions: Redactions,
  refusedLines: Iterable<string>,
): Promise<{ readonly plan: PayloadPlan; readonly files: readonly RedactedFile[] }> {
  const chosen = new Set(files.filter(({ path }) => redactions.hasFile(path)));
  const refused = [
    ...refusedLines,
    ...[...chosen]
      .filter(({ path }) => isStructuralFile(path))
      .map(({ path }) => `${path}: it is needed whole`),
    ...redactions.unmet().map((request) => `${request}: there is nothing of that name`),
  ];
  if (refused.length > 0) throw cannotRedact(refused);
  if (chosen.size === 0) return { plan: { files, leftOut }, files: [] };
  const redacted: RedactedFile[] = [];
  for (const file of chosen) redacted.push(await digestOf(projectFolder, file));
  return { plan: { files: files.filter((file) => !chosen.has(file)), leftOut }, files: redacted };
}

async function digestOf(projectFolder: string, { path, bytes }: PayloadFile): Promise<RedactedFile> {
  const source = join(projectFolder, path);
  const file = openRegularFile(source);
  try {
    const hash = createHash('sha256');
    for await (const chunk of readChunks(file, source, { to: bytes })) hash.update(chunk);
    return { path, sha256: hash.digest('hex'), bytes };
  } finally {
    file.close();
  }
}

function toDisclosure(
  project: ProjectLog,
  tasks: readonly CommittedTask[],
  { since }: ExportChoice,
  redacted: Disclosure['redacted'],
): Disclosure | null {
  const left_out = project.tasks.size - tasks.length;
  if (left_out === 0 && redacted.length === 0) return null;
  const included = tasks.map(({ task_id }) => task_id).sort();
  return { v: 1, complete: false, since, tasks: { included, left_out }, redacted };
}

/** How many reasons the message itself tells. */
const MAX_TOLD = 10;

function cannotRedact(refused: readonly string[]): ReeveError {
  const more = refused.length - MAX_TOLD;
  const told = [...refused.slice(0, MAX_TOLD), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  return new ReeveError('USAGE', `This cannot be redacted: ${told}.`, {
    hint: 'Name single files, or lines as in tasks/T-1/events.jsonl:4; leave tasks out with --task. `--list` shows all.',
    details: { refused },
  });
}
