import { sha256Hex } from '../../protocol/digest.ts';
import { ReeveError } from '../../protocol/errors.ts';
import type { LedgerEvent } from '../../protocol/events.ts';
import { isId } from '../../protocol/ids.ts';
import { nextPointers } from '../../protocol/attempt-pointer.ts';
import type { AttemptRecordedData } from '../../protocol/generated/types.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../ports/clock.ts';
import type { Commands, ReportedAttempt, SubmitAnswer, SubmitRequest } from '../ports/services.ts';
import { createArchiveCommands, type ArchiveCommandsOptions } from './archive-commands.ts';
import type { ProjectRuntime } from './project-runtime.ts';
import type { Projections } from './projections.ts';
import { recordAnchor } from './record-anchor.ts';
import { refuseFile, type Refused } from './refuse-file.ts';
import { submitPack } from './submit-pack.ts';

/** The writes of the services, and what only the inbox may ask for. */
export interface KernelCommands extends Commands {
  /** As `submitPack`, for a dropped file: a refusal moves it to `rejected/`. */
  submitFile(request: SubmitRequest, file: string): Promise<SubmitAnswer>;
  /** Refuses something that was dropped and cannot be read as a pack at all. */
  refuse(projectId: string, refused: Refused): Promise<string>;
}

export interface CommandsOptions extends ArchiveCommandsOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly project: (projectId: string) => Promise<ProjectRuntime>;
  readonly projections: Projections;
}

/** Carries out the writes on the open ledger. */
export function createCommands(options: CommandsOptions): KernelCommands {
  const { config, clock, project, projections } = options;
  const submit = async (request: SubmitRequest, droppedFile: string | null) =>
    await submitPack({ retry: config.retry, droppedFile }, await project(request.projectId), request);
  return {
    submitPack: (request) => submit(request, null),
    submitFile: (request, file) => submit(request, file),
    refuse: async (projectId, refused) => await refuseFile(await project(projectId), refused),
    async reportAttempt(projectId, taskId, attempt, actor) {
      checkTaskId(taskId);
      const runtime = await project(projectId);
      const outcome = await reportedOutcome(runtime, taskId, attempt, clock);
      const { run_id: runId, step_id: stepId } = attempt;
      const title = attempt.title ?? taskId;
      const command = { type: 'reportAttempt', projectId, runId, stepId, title, outcome } as const;
      return lastOf(await runtime.apply(taskId, command, actor));
    },
    async closeTask(projectId, taskId, { final_status, detail }, actor) {
      const runtime = await knownProject(project, projectId, taskId);
      const reason_code = final_status === 'accepted' ? 'PASS_ALL_CRITERIA' : 'CANCELLED';
      const close = { final_status, reason_code, detail } as const;
      return lastOf(await runtime.apply(taskId, { type: 'close', close }, actor));
    },
    async retryTask(projectId, taskId, reason, actor) {
      const runtime = await knownProject(project, projectId, taskId);
      return lastOf(await runtime.apply(taskId, { type: 'resetStep', reason }, actor));
    },
    ...createArchiveCommands(options),
    async recordAnchor(projectId, record, actor) {
      // Opening a project makes it.
      if (!(await options.ledger.projects()).includes(projectId)) {
        const hint = '`reeve status` lists the projects';
        throw new ReeveError('NOT_FOUND', `there is no project ${projectId}`, { hint });
      }
      return await recordAnchor((await project(projectId)).ledger, record, actor);
    },
    rebuild: async () => await projections.rebuild(await options.ledger.projects()),
  };
}

function checkTaskId(taskId: string): void {
  if (isId(taskId)) return;
  const hint =
    'a task id is letters, digits, dots, dashes and underscores, and begins with a letter or digit';
  throw new ReeveError('USAGE', `${taskId} cannot name a task`, { hint });
}

async function knownProject(
  project: (projectId: string) => Promise<ProjectRuntime>,
  projectId: string,
  taskId: string,
): Promise<ProjectRuntime> {
  const runtime = await project(projectId);
  if (runtime.ledger.tasks.has(taskId)) return runtime;
  const hint = '`reeve status` lists the tasks';
  throw new ReeveError('NOT_FOUND', `there is no task ${taskId} in project ${projectId}`, { hint });
}

/** The newest of the events; an act that had happened already is told so. */
function lastOf(events: readonly LedgerEvent[]): LedgerEvent {
  const last = events.at(-1);
  if (last !== undefined) return last;
  throw new ReeveError('CONFLICT', 'this had been recorded already', { hint: '`reeve logs` shows when' });
}

async function reportedOutcome(
  runtime: ProjectRuntime,
  taskId: string,
  attempt: ReportedAttempt,
  clock: Clock,
): Promise<Omit<AttemptRecordedData, 'next_action'>> {
  const latest = (await runtime.load(taskId)).steps.get(attempt.step_id)?.latest ?? null;
  const [following] = nextPointers(latest);
  const r = attempt.r ?? following?.r ?? 0;
  const s = attempt.s ?? following?.s ?? 0;
  const time = new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, '');
  const suffix = sha256Hex(`${taskId}/${attempt.step_id}/${r}/${s}`).slice(0, 8);
  return {
    attempt_id: attempt.attempt_id ?? `A_${time}_${suffix}`,
    r,
    s,
    recorded_by: 'tool',
    result: attempt.result,
    controller_verdict: attempt.controller_verdict,
    reason_code: attempt.reason_code,
    reason_detail: attempt.reason_detail.slice(0, 1000),
    criteria: [],
    gates: [],
    findings: [],
    finding_count: 0,
    commands: [],
    files_changed: attempt.files_changed
      .slice(0, 50)
      .map((path) => ({ path: path.slice(0, 300), status: 'reported' })),
    files_changed_count: attempt.files_changed.length,
    base_commit: null,
    tree: null,
    review: null,
    step_result: null,
    patch: null,
    snapshot: null,
    usage: null,
    duration_ms: 0,
  };
}
