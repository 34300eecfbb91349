import type {
  AttemptRecordedData,
  AttemptStartedData,
  PackAcceptedData,
  ReasonCode,
  ReworkRequestedData,
  TaskClosedData,
  TaskStatus,
  WorkerExitedData,
  WorkerSpawnedData,
} from '../../protocol/generated/types.ts';

/**
 * Where one step stands.
 *
 *     owed ──startAttempt──▶ started ──worker gone──▶ exited ──judged by review──▶ judged
 *      ▲                        │                                                   │
 *      │◀──daemon went away─────┘                                                   ├─ RETRY ──▶ owed (S+1)
 *      │◀──────────────── rework requested (R+1/S0) ◀──────────────────── REWORK ───┤
 *      │◀──a person: reset, rework, new pack── needs_person ◀── ESCALATE, BLOCK ────┤
 *                                                                done ◀── CLOSE ────┘
 *
 * `reported` is the standing of a step whose attempts an outside tool records: nothing is ever owed for it.
 */
export type StepPhase =
  | { readonly type: 'owed'; readonly r: number; readonly s: number }
  | {
      readonly type: 'started';
      readonly attempt: AttemptStartedData;
      readonly spawned: WorkerSpawnedData | null;
    }
  | { readonly type: 'exited'; readonly attempt: AttemptStartedData; readonly exited: WorkerExitedData }
  | { readonly type: 'judged'; readonly attempt: AttemptRecordedData }
  | { readonly type: 'needs_person'; readonly reasonCode: ReasonCode; readonly detail: string }
  | { readonly type: 'done'; readonly branch: string; readonly commit: string }
  | { readonly type: 'reported'; readonly attempt: AttemptRecordedData };

/** What the retry rules have used up; a reset or a new pack starts it afresh. */
export interface Budget {
  /** Attempts of the current revision that consumed a retry. */
  readonly attempts: number;
  /** ReworkPacks compiled by the controller since the pack. */
  readonly reworkRounds: number;
  /** Interruptions and infrastructure failures in a row: bounded apart, never taken from the worker's retries. */
  readonly infrastructureFailures: number;
}

/** One step of a task: its pack in force, its revision, its attempts. */
export interface StepState {
  readonly stepId: string;
  readonly runId: string;
  /** Null for a step known only from an outside tool's reports. */
  readonly pack: PackAcceptedData | null;
  /** Digests of every pack and ReworkPack ever accepted for this step: the same bytes twice are one. */
  readonly digests: ReadonlySet<string>;
  /** Where attempts start from, once the first of this pack was dispatched; a rework starts from the work reworked. */
  readonly base: {
    readonly commit: string;
    readonly startTree: string;
    /** Digest of the repository's control files before the first attempt; null: taken anew, after a person looked. */
    readonly control: string | null;
  } | null;
  /** In force for the current revision. */
  readonly rework: ReworkRequestedData | null;
  readonly phase: StepPhase;
  readonly budget: Budget;
  /** Dispatches so far, interrupted ones included; the next round folder's number. */
  readonly dispatches: number;
  /** The latest recorded attempt, judged or reported. */
  readonly latest: AttemptRecordedData | null;
  /** Open problems (unmet criteria) when the revision before this one ended; null in the first. */
  readonly problemsBefore: number | null;
}

/** One task, folded from its log. */
export interface TaskState {
  readonly taskId: string;
  readonly title: string;
  /** In order of arrival. */
  readonly steps: ReadonlyMap<string, StepState>;
  readonly closed: TaskClosedData | null;
}

/** A task of which no event is known. */
export function emptyTask(taskId: string): TaskState {
  return { taskId, title: '', steps: new Map(), closed: null };
}

/** The status a task's head announces. */
export function taskStatus(state: TaskState): TaskStatus {
  if (state.closed !== null) return state.closed.final_status;
  const phases = [...state.steps.values()].map((step) => step.phase.type);
  if (phases.some((phase) => phase === 'started' || phase === 'exited' || phase === 'judged'))
    return 'running';
  if (phases.includes('needs_person')) return 'needs_person';
  if (phases.includes('owed')) return 'queued';
  return 'waiting';
}

/** The tasks and steps that must be accepted before a step is dispatched; none where no pack says so. */
export function dependenciesOf(step: StepState): readonly string[] {
  return step.pack === null ? [] : step.pack.depends_on;
}
