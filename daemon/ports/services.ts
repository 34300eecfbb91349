import type {
  Actor,
  FinalStatus,
  ReasonCode,
  ReworkPack,
  TaskStatus,
} from '../../protocol/generated/types.ts';
import type { LedgerEvent } from '../../protocol/events.ts';
import type { TaskCounts } from './ledger.ts';
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
  readonly by_status: TaskCounts;
  readonly events: number;
  readonly head_hash: string;
}

/** The tasks that matter now, and how many there are in all. */
export interface TaskOverview {
  /** The tasks that were closed last, at most twenty, newest last; then every open one. Of several projects: by project. */
  readonly tasks: readonly TaskSummary[];
  readonly counts: TaskCounts;
}

/** Reads; needs no lock, changes nothing, works with the daemon running or stopped. */
export interface Queries {
  listProjects(): Promise<readonly ProjectSummary[]>;
  /** Every task: costs what they are many. */
  listTasks(projectId?: string): Promise<readonly TaskSummary[]>;
  /** Costs what the open tasks are many. @throws ReeveError NOT_FOUND for a project that is not there */
  overview(projectId?: string): Promise<TaskOverview>;
  /** The projects that have a task of this id, its log damaged or gone as it may be. */
  findProjects(taskId: string, projectId?: string): Promise<readonly string[]>;
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

/** What somebody outside of the ledger says of one of its checkpoints. */
export interface AnchorRecord {
  /** A response of a time-stamping authority (RFC 3161, DER), or what `ssh-keygen -Y sign` writes. */
  readonly kind: 'rfc3161' | 'ssh_signature';
  /** The signed note that was stamped or signed, byte for byte. */
  readonly checkpoint: string;
  /** At most 32 KiB. */
  readonly proof: Uint8Array;
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
  /** @throws ReeveError CONFLICT, USAGE for what cannot be redacted, NOT_FOUND, LEDGER_DAMAGED */
  exportArchive(request: ExportRequest, watch?: ExportWatch): Promise<ExportAnswer>;
  /** @throws ReeveError ARCHIVE_INVALID, ARCHIVE_CONFLICT, CONFLICT when the project would have to be closed first */
  importArchive(request: ImportRequest): Promise<ImportAnswer>;
  /**
   * Keeps a proof about a checkpoint in the project, and records it.
   *
   * @throws ReeveError NOT_FOUND, USAGE for a checkpoint of another ledger, CONFLICT
   */
  recordAnchor(projectId: string, record: AnchorRecord, actor: Actor): Promise<LedgerEvent>;
  /** Rebuilds every projection from the ledger. */
  rebuild(): Promise<{ readonly projects: number; readonly tasks: number }>;
}

/** What is handed over of a project, and where to. */
export interface ExportRequest {
  readonly projectId: string;
  /** Absolute path of the archive. */
  readonly file: string;
  /** Whether an existing file is replaced. */
  readonly overwrite: boolean;
  /** Default: all tasks. */
  readonly tasks?: readonly string[] | null;
  /** RFC 3339: only tasks whose newest head is not older. Default: however old. */
  readonly since?: string | null;
  /** Files and lines to withhold, as `PATTERN` or `PATTERN:SEQ`. Default: nothing. */
  readonly redact?: readonly string[];
}

/** Follows an export under way. */
export interface ExportWatch {
  /** Told after every file; never by a daemon, which answers at the end. */
  readonly onProgress?: (progress: ExportProgress) => void;
  /** Ends it; nothing is left behind. */
  readonly signal?: AbortSignal;
}

export interface ExportProgress {
  readonly files: number;
  readonly totalFiles: number;
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface ExportAnswer {
  readonly archive: string;
  readonly archive_id: string;
  readonly bytes: number;
  readonly files: number;
  /** Of the tasks in the archive. */
  readonly heads: readonly { readonly task_id: string; readonly seq: number; readonly event_hash: string }[];
  /** The three lines to be kept elsewhere: the end of the project log, as a checkpoint says it. */
  readonly note: string;
  /** Whether the key in force signed the end of the log, and the files beside it. */
  readonly is_signed: boolean;
  readonly tasks_left_out: number;
  /** Lines and files whose content was withheld. */
  readonly redacted: number;
  /** Links, special files and the like among the evidence; `bag-info.txt` names them as well. */
  readonly left_out: readonly { readonly path: string; readonly reason: string }[];
}

export interface ImportRequest {
  /** Absolute path of the archive. */
  readonly file: string;
  /** The project's id here; null: the one it was exported with. */
  readonly as: string | null;
  /** Whether an older copy of the same project is brought forward. Default: it is refused. */
  readonly fastForward?: boolean;
}

export interface ImportAnswer {
  readonly project_id: string;
  readonly from_project_id: string;
  readonly archive_id: string;
  /** `identical`: the project was already here, byte for byte; `fast_forwarded`: an older copy of it was. */
  readonly outcome: 'imported' | 'identical' | 'fast_forwarded';
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
