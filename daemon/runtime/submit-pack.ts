import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '../../protocol/digest.ts';
import { ReeveError } from '../../protocol/errors.ts';
import { isId } from '../../protocol/ids.ts';
import type { Parsed, Problem } from '../../protocol/problem.ts';
import { parseReworkPack } from '../../protocol/rework-pack.ts';
import { normaliseStepPack } from '../../protocol/step-pack/parse-step-pack.ts';
import { parseStrictJson } from '../../protocol/strict-json.ts';
import type { ReworkPack, StepPack } from '../../protocol/generated/types.ts';
import { decideTask } from '../domain/decide-task.ts';
import type { TaskCommand } from '../domain/task-command.ts';
import { effectiveRetry, type ConfiguredRetry } from '../domain/effective-limits.ts';
import type { SubmitAnswer, SubmitRequest } from '../ports/services.ts';
import { packFile, readReferenced, reworkFile, taskFolder } from './attempt-files.ts';
import { writeFileDurably } from './durable-file.ts';
import { DAEMON, type ProjectRuntime } from './project-runtime.ts';
import { refuseFile, type Refused } from './refuse-file.ts';

/** What a submission needs to know beside the project. */
export interface SubmitContext {
  readonly retry: ConfiguredRetry;
  /** Where the dropped file lies, for a refusal to move it; null when the bytes came otherwise. */
  readonly droppedFile: string | null;
}

/** Takes a StepPack or a ReworkPack: its bytes are kept before the event that names them; a refusal keeps them too. */
export async function submitPack(
  context: SubmitContext,
  project: ProjectRuntime,
  request: SubmitRequest,
): Promise<SubmitAnswer> {
  const sha256 = sha256Hex(request.bytes);
  const order = await readOrder(project, request.bytes, sha256);
  if (!order.ok) return await refuse(context, project, request, sha256, order.problems, order.warnings);
  const { value, warnings } = order;
  const command =
    value.task_kind === 'step'
      ? acceptPack(context, request, value, sha256, warnings.length)
      : acceptRework(request, value, await criteriaOf(project, value), sha256);
  try {
    const isNew = await accept(project, value, command, request.bytes, sha256);
    return { ...answer(request, value, sha256, warnings), outcome: isNew ? 'accepted' : 'duplicate' };
  } catch (error) {
    if (!(error instanceof ReeveError) || !REFUSALS.has(error.code)) throw error;
    const problem = { code: error.code, pointer: '', message: error.message };
    const hinted = error.hint === undefined ? problem : { ...problem, hint: error.hint };
    return await refuse(context, project, request, sha256, [hinted], warnings, value);
  }
}

/** What a sender can cause; anything else is damage or a bug, and not the pack's fault. */
const REFUSALS: ReadonlySet<string> = new Set([
  'CONFLICT',
  'TASK_CLOSED',
  'ATTEMPT_OUT_OF_ORDER',
  'NOT_FOUND',
]);

type Order = StepPack | ReworkPack;

async function readOrder(project: ProjectRuntime, bytes: Uint8Array, sha256: string): Promise<Parsed<Order>> {
  const json = parseStrictJson(bytes);
  if (!json.ok) return json;
  const kind = isRecord(json.value) ? json.value['task_kind'] : undefined;
  if (kind !== 'rework') return await checkTwin(project, normaliseStepPack(json.value, sha256));
  const names = isRecord(json.value) ? json.value : {};
  const pack = await packUnderWork(project, names['task_id'], names['step_id']);
  if (pack === null) {
    const message = 'No open step with these ids waits for a ReworkPack.';
    const hint = 'A ReworkPack continues a step that needs a person; `reeve status` lists them.';
    return {
      ok: false,
      problems: [{ code: 'IDENTITY_MISMATCH', pointer: '/task_id', message, hint }],
      warnings: [],
    };
  }
  return parseReworkPack(bytes, pack.value, pack.sha256);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Two task ids that differ in case alone are one folder on macOS and Windows. */
async function checkTwin(project: ProjectRuntime, parsed: Parsed<StepPack>): Promise<Parsed<StepPack>> {
  if (!parsed.ok) return parsed;
  const { task_id } = parsed.value;
  if (project.ledger.tasks.has(task_id)) return parsed;
  const twin = project.twinOf(task_id);
  if (twin === undefined) return parsed;
  const message = `The task ids ${task_id} and ${twin} differ in case alone.`;
  const problem = {
    code: 'NOT_ALLOWED',
    pointer: '/task_id',
    message,
    hint: `Write it as ${twin}, or choose another.`,
  };
  return { ok: false, problems: [problem], warnings: parsed.warnings };
}

/** The pack that a ReworkPack amends; one that names no step means the only step that waits for a person. */
async function packUnderWork(
  project: ProjectRuntime,
  taskId: unknown,
  stepId: unknown,
): Promise<{ readonly value: StepPack; readonly sha256: string } | null> {
  if (!isId(taskId) || !project.ledger.tasks.has(taskId)) return null;
  const steps = [...(await project.load(taskId)).steps.values()];
  const meant = steps.filter((step) =>
    stepId === undefined ? step.phase.type === 'needs_person' : step.stepId === stepId,
  );
  const sha256 = meant.length === 1 ? meant[0]?.pack?.pack_sha256 : undefined;
  if (sha256 === undefined) return null;
  const bytes = await readReferenced(taskFolder(project.ledger.folder, taskId), packFile(sha256), sha256);
  const parsed = parseStrictJson(bytes);
  const pack = parsed.ok ? normaliseStepPack(parsed.value, sha256) : parsed;
  return pack.ok ? { value: pack.value, sha256 } : null;
}

function acceptPack(
  context: SubmitContext,
  request: SubmitRequest,
  pack: StepPack,
  sha256: string,
  warnings: number,
): TaskCommand {
  return {
    type: 'acceptPack',
    projectId: request.projectId,
    runId: pack.run_id,
    stepId: pack.step_id,
    title: pack.step_title,
    pack: {
      pack_sha256: sha256,
      bytes: request.bytes.byteLength,
      file: packFile(sha256),
      source: request.source,
      name: request.name.toWellFormed().slice(0, 200),
      step_title: pack.step_title,
      criteria: pack.acceptance.criteria.map((criterion) => criterion.id),
      worker: request.worker ?? pack.worker,
      retry: effectiveRetry(pack, context.retry),
      closes_task: pack.closes_task,
      depends_on: pack.depends_on,
      priority: pack.priority,
      warning_count: warnings,
    },
  };
}

function acceptRework(
  request: SubmitRequest,
  rework: ReworkPack,
  criteria: readonly string[],
  sha256: string,
): TaskCommand {
  return {
    type: 'requestRework',
    stepId: rework.step_id,
    rework: {
      rework_sha256: sha256,
      bytes: request.bytes.byteLength,
      file: reworkFile(sha256),
      source: 'person',
      source_attempt: {
        attempt_id: rework.source_attempt.attempt_id,
        r: rework.source_attempt.r,
        s: rework.source_attempt.s,
      },
      target_revision: rework.target_revision,
      criteria,
      open_problems: rework.problems.length,
    },
  };
}

/** The ids of the criteria that a ReworkPack quotes verbatim. */
async function criteriaOf(project: ProjectRuntime, rework: ReworkPack): Promise<readonly string[]> {
  const quoted = new Set(rework.problems.map((problem) => problem.criteria));
  const pack = await packUnderWork(project, rework.task_id, rework.step_id);
  return (pack?.value.acceptance.criteria ?? []).filter(({ text }) => quoted.has(text)).map(({ id }) => id);
}

/** Returns false when these very bytes were accepted before. */
async function accept(
  project: ProjectRuntime,
  order: Order,
  command: TaskCommand,
  bytes: Uint8Array,
  sha256: string,
): Promise<boolean> {
  // Asked first without writing: what will be refused, or was done before, leaves no file behind.
  const decision = decideTask(command, await project.load(order.task_id));
  if (!decision.ok) throw new ReeveError(decision.code, decision.message, { hint: decision.hint });
  if (decision.drafts.length === 0) return false;
  const file = order.task_kind === 'step' ? packFile(sha256) : reworkFile(sha256);
  const path = join(taskFolder(project.ledger.folder, order.task_id), file);
  if (!(await isThere(path))) await writeFileDurably(path, bytes);
  const events = await project.apply(order.task_id, command, DAEMON);
  return events.length > 0;
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

async function refuse(
  context: SubmitContext,
  project: ProjectRuntime,
  request: SubmitRequest,
  sha256: string,
  problems: readonly Problem[],
  warnings: readonly Problem[],
  order?: Order,
): Promise<SubmitAnswer> {
  const content: Refused['content'] =
    context.droppedFile === null ? { bytes: request.bytes } : { file: context.droppedFile };
  const kept = await refuseFile(project, {
    name: request.name,
    content,
    sha256,
    size: request.bytes.byteLength,
    problems,
  });
  return {
    ...answer(request, order ?? null, sha256, warnings),
    outcome: 'refused',
    problems,
    kept_as: `workflow/${request.projectId}/${kept}`,
  };
}

function answer(
  request: SubmitRequest,
  order: Order | null,
  sha256: string,
  warnings: readonly Problem[],
): Omit<SubmitAnswer, 'outcome'> {
  return {
    project_id: request.projectId,
    task_id: order?.task_id ?? null,
    run_id: order?.run_id ?? null,
    step_id: order?.step_id ?? null,
    pack_sha256: sha256,
    problems: [],
    warnings,
    kept_as: null,
  };
}
