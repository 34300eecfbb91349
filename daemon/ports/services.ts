import type {
  Actor,
  FinalStatus,
  ReasonCode,
  ReworkPack,
  TaskStatus,
} from '../../protocol/generated/types.ts';
import type { LedgerEvent } from '../../protocol/events.ts';
import type { Problem } from '../../protocol/problem.ts';

/** One row of a task list. */
export interface TaskSummary {
  readonly project_id: string;
  readonly task_id: string;
  readonly title: string;
  readonly status: TaskStatus;
  /** RFC 3339. */
  readonly updated: string;
  readonly events: number;
  readonly head_hash: string;
}

/** One required command as the controller ran it. */
export interface CommandView {
  readonly command: string;
  readonly exit_code: number | null;
  readonly duration_ms: number;
  readonly log_sha256: string;
}

/** One attempt; `result` is null while it runs and `INTERRUPTED` when the daemon went away during it. */
export interface AttemptView {
  readonly step_id: string;
  readonly r: number;
  readonly s: number;
  readonly attempt_id: string;
  readonly worker: string | null;
  readonly started: string;
  readonly result: 'PASS' | 'FAIL' | 'INTERRUPTED' | null;
  readonly reason_code: ReasonCode | null;
  readonly reason_detail: string | null;
  readonly next_action: string | null;
  readonly failed_gates: readonly string[];
  readonly failed_criteria: readonly string[];
  readonly files_changed: readonly string[];
  readonly commands: readonly CommandView[];
  /** The ReworkPack compiled from this attempt, if any. */
  readonly rework_pack: ReworkPack | null;
  readonly duration_ms: number | null;
}

/** Everything known of one task: the projection behind `run --json`, `why` and `GET /tasks/{id}`. */
export interface TaskDetail extends TaskSummary {
  readonly run_id: string | null;
  readonly step_id: string | null;
  /** `accepted`, `rejected`, `abandoned`; `needs_person` while it waits for one; null while work is owed. */
  readonly final_status: FinalStatus | 'needs_person' | null;
  readonly reason_code: ReasonCode | null;
  /** One sentence for a person: where the task stands and what is next. */
  readonly explanation: string;
  readonly attempts: readonly AttemptView[];
  readonly branch: string | null;
  readonly commit: string | null;
  readonly ledger: { readonly events: number; readonly head_hash: string };
}

export interface ProjectSummary {
  readonly project_id: string;
  readonly tasks: number;
  readonly by_status: Readonly<Partial<Record<TaskStatus, number>>>;
  readonly events: number;
  readonly head_hash: string;
}

/** Reads; needs no lock, changes nothing, works with the daemon running or stopped. */
export interface Queries {
  listProjects(): Promise<readonly ProjectSummary[]>;
  listTasks(projectId?: string): Promise<readonly TaskSummary[]>;
  /** Finds a task; without a project it must be unique. @throws ReeveError NOT_FOUND, USAGE when ambiguous */
  showTask(taskId: string, projectId?: string): Promise<TaskDetail>;
  /** A task's events after a sequence number (0: all), in order. */
  taskEvents(
    taskId: string,
    options: { readonly projectId?: string; readonly afterSeq?: number },
  ): AsyncIterable<LedgerEvent>;
  /** All events of all logs after a cursor (an event id; null: all), in id order. */
  allEvents(options: {
    readonly after: string | null;
    readonly projectId?: string;
  }): AsyncIterable<LedgerEvent>;
}

export interface SubmitRequest {
  readonly bytes: Uint8Array;
  /** File name it came with, for messages. */
  readonly name: string;
  readonly projectId: string;
  readonly source: 'inbox' | 'cli' | 'http';
  /** Overrides the pack's and the configuration's choice of worker. */
  readonly worker?: string;
}

/** What became of a submitted pack; a refusal is an answer, not an error. */
export interface SubmitAnswer {
  /** `duplicate`: the same bytes were accepted before. */
  readonly outcome: 'accepted' | 'duplicate' | 'refused';
  readonly project_id: string;
  readonly task_id: string | null;
  readonly run_id: string | null;
  readonly step_id: string | null;
  readonly pack_sha256: string;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Where a refused pack was kept, relative to the data root; null when accepted. */
  readonly kept_as: string | null;
}

/** An attempt reported by an outside tool (the manual logger). */
export interface ReportedAttempt {
  readonly run_id: string;
  readonly step_id: string;
  /** Default: the next legal pointer for a failed predecessor, R0/S0 for the first. */
  readonly r?: number;
  readonly s?: number;
  readonly attempt_id?: string;
  readonly result: 'PASS' | 'FAIL';
  readonly controller_verdict: 'PASS' | 'FAIL' | null;
  readonly reason_code: ReasonCode;
  readonly reason_detail: string;
  readonly files_changed: readonly string[];
  readonly title?: string;
}

/** Writes; carried out by whoever holds the ledger's lock: the running daemon, or the CLI itself. */
export interface Commands {
  submitPack(request: SubmitRequest): Promise<SubmitAnswer>;
  /** @throws ReeveError ATTEMPT_OUT_OF_ORDER, TASK_CLOSED */
  reportAttempt(
    projectId: string,
    taskId: string,
    attempt: ReportedAttempt,
    actor: Actor,
  ): Promise<LedgerEvent>;
  /** @throws ReeveError NOT_FOUND, TASK_CLOSED, CONFLICT */
  closeTask(
    projectId: string,
    taskId: string,
    close: { readonly final_status: FinalStatus; readonly detail: string },
    actor: Actor,
  ): Promise<LedgerEvent>;
  /** Gives a task that needs a person a fresh set of retries. */
  retryTask(projectId: string, taskId: string, reason: string, actor: Actor): Promise<LedgerEvent>;
  exportArchive(options: {
    readonly projectId: string;
    readonly file: string;
    readonly overwrite: boolean;
  }): Promise<ExportAnswer>;
  importArchive(options: { readonly file: string; readonly as: string | null }): Promise<ImportAnswer>;
  /** Rebuilds every projection from the ledger. */
  rebuild(): Promise<{ readonly projects: number; readonly tasks: number }>;
}

export interface ExportAnswer {
  readonly archive: string;
  readonly archive_id: string;
  readonly bytes: number;
  readonly files: number;
  readonly heads: readonly { readonly task_id: string; readonly seq: number; readonly event_hash: string }[];
}

export interface ImportAnswer {
  readonly project_id: string;
  readonly from_project_id: string;
  readonly archive_id: string;
  /** `identical`: the project was already here, byte for byte. */
  readonly outcome: 'imported' | 'identical';
  readonly heads: readonly { readonly task_id: string; readonly seq: number; readonly event_hash: string }[];
}

/** What the edges of a running daemon (HTTP) see. */
export interface DaemonServices {
  readonly queries: Queries;
  readonly commands: Commands;
  /** The project of packs that name none. */
  readonly defaultProject: string;
  /** Durable events as they come, in id order, without gaps. */
  subscribe(listener: (event: LedgerEvent) => void): () => void;
  /** Id of the newest event announced to subscribers; null before the first. */
  newestEvent(): string | null;
  /** Live state that no log holds: what runs now. */
  running(): readonly {
    readonly project_id: string;
    readonly task_id: string;
    readonly attempt: string;
    readonly worker: string;
    readonly phase: string;
    readonly since: string;
  }[];
  readiness(): { readonly ready: boolean; readonly reasons: readonly string[] };
  /** Asks the daemon to stop in order; resolves when the request is taken. */
  stop(reason: string): void;
}
