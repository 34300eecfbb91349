import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '../../protocol/digest.ts';
import { parseStepPack } from '../../protocol/step-pack/parse-step-pack.ts';
import type { ReviewRecord, ReworkPack, StepPack } from '../../protocol/generated/types.ts';
import { explainTask } from '../domain/explain-task.ts';
import type { AttemptHistory, TaskHistory } from '../domain/task-history.ts';
import { taskStatus, type TaskState } from '../domain/task-state.ts';
import type { AttemptView, TaskDetail } from '../ports/services.ts';
import { packFile } from './attempt-files.ts';

/** Tells everything known of a task, with the files its log names by digest; a file that differs is left out. */
export async function taskDetail(
  projectId: string,
  folder: string,
  state: TaskState,
  history: TaskHistory,
): Promise<TaskDetail> {
  const steps = [...state.steps.values()];
  const latest = steps.at(-1);
  const done = steps.findLast((step) => step.phase.type === 'done')?.phase;
  const waiting = steps.find((step) => step.phase.type === 'needs_person')?.phase;
  const status = taskStatus(state);
  return {
    project_id: projectId,
    task_id: state.taskId,
    title: state.title,
    status,
    updated: history.updated,
    events: history.events,
    head_hash: history.headHash,
    run_id: latest?.runId ?? null,
    step_id: latest?.stepId ?? null,
    final_status: state.closed?.final_status ?? (status === 'needs_person' ? status : null),
    reason_code:
      state.closed?.reason_code ??
      (waiting?.type === 'needs_person' ? waiting.reasonCode : (latest?.latest?.reason_code ?? null)),
    explanation: explainTask(state),
    attempts: await Promise.all(history.attempts.map((attempt) => attemptView(folder, attempt))),
    branch: done?.type === 'done' ? done.branch : null,
    commit: done?.type === 'done' ? done.commit : null,
    ledger: { events: history.events, head_hash: history.headHash },
  };
}

async function attemptView(folder: string, attempt: AttemptHistory): Promise<AttemptView> {
  const { recorded } = attempt;
  const pack = attempt.packSha256 === null ? null : await readPack(folder, attempt.packSha256);
  const result = recorded?.result ?? (attempt.interrupted === null ? null : 'INTERRUPTED');
  return {
    step_id: attempt.stepId,
    r: attempt.r,
    s: attempt.s,
    attempt_id: attempt.attemptId,
    worker: attempt.worker,
    started: attempt.started,
    result,
    reason_code: recorded?.reason_code ?? (result === 'INTERRUPTED' ? 'INTERRUPTED' : null),
    reason_detail: recorded?.reason_detail ?? attempt.interrupted,
    next_action: recorded?.next_action ?? null,
    failed_gates: recorded?.gates.filter((gate) => !gate.passed).map((gate) => gate.id) ?? [],
    failed_criteria:
      recorded?.criteria.filter((criterion) => !criterion.met).map((criterion) => criterion.id) ?? [],
    files_changed: await filesChanged(folder, attempt),
    commands: (recorded?.commands ?? []).map(({ index, exit_code, duration_ms, log_sha256 }) => ({
      command: pack?.commands.required[index] ?? '',
      exit_code,
      duration_ms,
      log_sha256,
    })),
    rework_pack:
      attempt.rework === null
        ? null
        : await readJson<ReworkPack>(folder, attempt.rework.file, attempt.rework.rework_sha256),
    duration_ms: recorded?.duration_ms ?? null,
  };
}

/** The event names the first of them; where there were more, the review record has them all. */
async function filesChanged(folder: string, { recorded }: AttemptHistory): Promise<readonly string[]> {
  if (recorded === null) return [];
  const listed = recorded.files_changed.map((change) => change.path);
  if (recorded.files_changed_count === listed.length || recorded.review === null) return listed;
  const review = await readJson<ReviewRecord>(folder, recorded.review.path, recorded.review.sha256);
  return review === null ? listed : review.files_changed.map((change) => change.path);
}

async function readPack(folder: string, sha256: string): Promise<StepPack | null> {
  const bytes = await readIntact(folder, packFile(sha256), sha256);
  const parsed = bytes === null ? null : parseStepPack(bytes);
  return parsed?.ok === true ? parsed.value : null;
}

/** Only bytes that Reeve wrote itself and the ledger vouches for are taken at their word. */
async function readJson<T>(folder: string, path: string, sha256: string): Promise<T | null> {
  const bytes = await readIntact(folder, path, sha256);
  return bytes === null ? null : (JSON.parse(bytes.toString('utf8')) as T);
}

async function readIntact(folder: string, path: string, sha256: string): Promise<Buffer | null> {
  // Threat: a log that was tampered with could name any file of this machine.
  if (path.split('/').includes('..') || path.startsWith('/')) return null;
  const bytes = await readFile(join(folder, path)).catch(() => null);
  return bytes !== null && sha256Hex(bytes) === sha256 ? bytes : null;
}
