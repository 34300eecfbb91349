// generated; npm run generate

/** An identifier that is also a safe file name on every system Reeve runs on. */
export type Id = string;
/** SHA-256 in lowercase hexadecimal. */
export type Sha256 = string;
/** A full git object id, SHA-1 or SHA-256. */
export type GitObject = string;
/** RFC 3339 in UTC with milliseconds. */
export type Time = string;
/** Why an attempt ended as it did: the closed list of the protocol. */
export type ReasonCode =
  | 'PASS_ALL_CRITERIA'
  | 'COMMAND_FAILED'
  | 'COMMAND_NOT_FOUND'
  | 'AC_NOT_MET'
  | 'AC_UNCOVERED'
  | 'SCOPE_VIOLATION'
  | 'FORBIDDEN_PATH'
  | 'DEPENDENCY_POLICY_VIOLATION'
  | 'EVIDENCE_MISSING'
  | 'EVIDENCE_INVALID_PATH'
  | 'EVIDENCE_MISMATCH'
  | 'RESULT_INVALID'
  | 'GATE_TAMPERED'
  | 'TIMEOUT'
  | 'NO_OUTPUT'
  | 'MEMORY_LIMIT'
  | 'OUTPUT_LIMIT'
  | 'WAITING_INPUT'
  | 'WORKER_CRASHED'
  | 'BACKEND_UNAVAILABLE'
  | 'RATE_LIMITED'
  | 'BUDGET_EXCEEDED'
  | 'POLICY_DENIED'
  | 'APPROVAL_EXPIRED'
  | 'CONTRACT_GUARD_BLOCKED'
  | 'EXECUTION_BLOCKED_UNAPPROVED'
  | 'RETRY_EXHAUSTED'
  | 'INTERRUPTED'
  | 'CANCELLED';
/** How a task was closed. */
export type FinalStatus = 'accepted' | 'rejected' | 'abandoned';
/** Where a task stands. */
export type TaskStatus =
  'queued' | 'running' | 'waiting' | 'needs_person' | 'accepted' | 'rejected' | 'abandoned';
/** One way of doing the work. */
export type WorkerConfig = CommandWorkerConfig | ScriptedWorkerConfig;
/** A line of a log, without its newline. */
export type Line = string;
/** Hashes that lead from a leaf to the root (RFC 6962, section 2.1.1), each 32 bytes in base64. */
export type AuditPath = readonly string[];
export type PathPatterns = readonly string[];
/** One thing the worker does; actions are done in order, and the first that fails ends the worker with exit code 1. */
export type ScenarioAction =
  | WriteAction
  | AppendAction
  | DeleteAction
  | RenameAction
  | MkdirAction
  | ChmodAction
  | SymlinkAction
  | SleepAction
  | PrintAction
  | FloodAction
  | AllocateAction
  | SpawnAction
  | IgnoreSigtermAction
  | CrashAction
  | ResultAction
  | SilenceAction
  | ReadBriefAction;
/** Relative to the worktree; it may leave it, as a bad worker would. */
export type ScenarioPath = string;
export type Milliseconds = number;
/** Default: stdout. */
export type ScenarioStream = 'stdout' | 'stderr';
export type ProseList = readonly string[];
/** How a gate is judged. */
export type GateType =
  | 'required_command_exit_0'
  | 'required_command_evidence_only'
  | 'qa_scope_guard_review'
  | 'qa_evidence_review';
/** What a path_pattern points at. */
export type EvidenceKind = 'file_glob' | 'json_selector';
export type ReasonCodes = readonly ReasonCode[];
export type ProseOrList = string | ProseList;
export type CriteriaList = readonly (
  | string
  | {
      readonly id: Id;
      readonly text: string;
    }
)[];

/** Who caused the event. A worker never writes events. */
export interface Actor {
  readonly kind: 'daemon' | 'person' | 'tool';
  readonly id: string;
}
/** A file kept beside the log and referenced by digest. */
export interface Artifact {
  /** Relative to the task folder, POSIX separators. */
  readonly path: string;
  readonly sha256: Sha256;
  readonly bytes: number;
}
/** One attempt: revision r, retry s. */
export interface AttemptRef {
  readonly attempt_id: Id;
  readonly r: number;
  readonly s: number;
}
/** Limits in force for one process and its whole tree. */
export interface Limits {
  readonly runtime_sec: number;
  readonly silence_sec: number;
  readonly memory_mb: number;
  readonly output_mb: number;
}
/** In force for a pack: max_attempts counts every S within one R. */
export interface RetryPolicy {
  readonly max_attempts: number;
  readonly retry_on: readonly ReasonCode[];
  readonly max_rework_rounds: number;
  readonly on_exhausted: 'escalate' | 'reject';
}
/** Unknown is null, never zero. */
export interface Usage {
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cached_tokens: number | null;
  readonly cost_usd: number | null;
}
/** One captured output stream. */
export interface Stream {
  readonly artifact: Artifact | null;
  /** True size produced, also beyond what was kept. */
  readonly bytes: number;
  readonly truncated: boolean;
}
/** How a process tree ended, as measured. */
export interface ProcessEnd {
  readonly exit_code: number | null;
  readonly signal: string | null;
  /** The first cause of termination. */
  readonly cause:
    | 'exited'
    | 'signaled'
    | 'timeout'
    | 'silence'
    | 'memory'
    | 'output'
    | 'cancelled'
    | 'not_found'
    | 'spawn_failed';
  readonly duration_ms: number;
  readonly peak_memory_bytes: number;
  /** Process ids still alive after the whole tree was killed; empty when all is well. */
  readonly survivors: readonly number[];
}
/** One required command as re-run by the controller. */
export interface CommandRecord {
  readonly index: number;
  /** Verbatim from the pack. */
  readonly command: string;
  /** What was really run. */
  readonly argv: readonly string[];
  readonly exit_code: number | null;
  readonly cause: string;
  readonly duration_ms: number;
  /** SHA-256 over the captured stdout file followed by the stderr file. */
  readonly log_sha256: Sha256;
  readonly stdout: Stream;
  readonly stderr: Stream;
}
/** One measured change; a rename appears as a deletion and an addition. */
export interface FileChange {
  readonly path: string;
  readonly status: 'added' | 'modified' | 'deleted' | 'mode_changed' | 'type_changed';
  readonly old_mode: string;
  readonly new_mode: string;
  readonly renamed_from: string | null;
}
/** One acceptance criterion as judged by the controller. */
export interface CriterionResult {
  readonly id: string;
  /** Verbatim, with its prefix. */
  readonly text: string;
  readonly met: boolean;
  readonly gates: readonly string[];
  readonly evidence: readonly string[];
}
/** One gate as judged by the controller. */
export interface GateResult {
  readonly id: string;
  readonly type: string;
  readonly passed: boolean;
  readonly detail: string;
}
/** One thing the review found wrong. */
export interface Finding {
  readonly code: ReasonCode;
  readonly detail: string;
  readonly paths: readonly string[];
}
/** reeve.yaml: how Reeve runs in one repository. Every key is optional. */
export interface Config {
  /** For editors; ignored. */
  readonly $schema?: string;
  /** The project that packs dropped into workflow/ belong to. */
  readonly project?: Id;
  /** The worker of packs that name none. With exactly one worker it need not be said. */
  readonly default_worker?: Id;
  /** Named workers. */
  readonly workers?: {
    readonly [k: string]: WorkerConfig;
  };
  /** Limits of every worker and command; a pack may lower them. */
  readonly limits?: {
    /** Wall clock in seconds. */
    readonly runtime_sec?: number;
    /** Seconds without output before the process is ended. */
    readonly silence_sec?: number;
    /** Resident memory of the whole process tree, in MiB. */
    readonly memory_mb?: number;
    /** Captured output, both streams together, in MiB; beyond it the process is ended. */
    readonly output_mb?: number;
    /** Steps that run at the same time. */
    readonly parallel?: number;
  };
  /** What happens when work fails; a pack may say otherwise. */
  readonly retry?: {
    /** Revisions after the first. */
    readonly max_rework_rounds?: number;
    /** escalate: the task waits for a person; reject: it is closed. */
    readonly on_exhausted?: 'escalate' | 'reject';
    /** Highest number of attempts within one revision, whatever a pack asks for. */
    readonly max_attempts?: number;
  };
  /** Programs that a required command names and this machine calls otherwise, as python: python3. */
  readonly interpreters?: {
    readonly [k: string]: string;
  };
  /** Folder of ledgers and projections, relative to this file. */
  readonly data_root?: string;
  /** The HTTP API, on 127.0.0.1 only. */
  readonly http?: {
    /** Serve the API. */
    readonly enabled?: boolean;
    /** 0 picks a free port. */
    readonly port?: number;
  };
  /** How inboxes are watched. */
  readonly inbox?: {
    /** Seconds between full scans; watcher events only come on top. */
    readonly rescan_sec?: number;
  };
  /** How logs are kept. */
  readonly ledger?: {
    /** MiB from which on a task's log goes on in a new file, and what it holds so far is never written again. */
    readonly segment_mb?: number;
  };
  /** Where signed checkpoints of the ledger are kept as well, so that a changed history shows. Without a key nothing is signed. */
  readonly anchors?: {
    /** As a git note (refs/notes/reeve) on the commit of accepted work. */
    readonly git_notes?: boolean;
  };
}
/** Any program, under the worker contract. */
export interface CommandWorkerConfig {
  /** Runs a program. */
  readonly kind: 'command';
  /** The program and its arguments; never a shell line. */
  readonly command: readonly string[];
  /** Names of variables passed on from the daemon’s environment, beside PATH, HOME and the locale. */
  readonly env?: readonly string[];
}
/** The built-in worker that plays a written scenario. */
export interface ScriptedWorkerConfig {
  /** Plays a scenario. */
  readonly kind: 'scripted';
  /** Path of the scenario file, relative to this file. */
  readonly scenario: string;
  /** Names of variables passed on from the daemon’s environment, beside PATH, HOME and the locale. */
  readonly env?: readonly string[];
}
/** Proof that one event is in a ledger that stood at a checkpoint; docs/anchors.md says how to check it. */
export interface EventProof {
  readonly v: 1;
  /** Which ledger: reeve/ and the id of its project log. */
  readonly origin: string;
  /** Lines of a task log, each as it stands there: the event's, then those up to the head that covers it. None for an event of the project log. */
  readonly lines: readonly Line[];
  /** The line of the project log that is in the tree: the head, or the event itself. */
  readonly project_line: Line;
  /** Which leaf of the tree that line is, from 0. */
  readonly index: number;
  /** How many lines the tree holds. */
  readonly size: number;
  readonly path: AuditPath;
  /** The signed checkpoint of that tree; or its three lines alone, which hold only together with an anchor. */
  readonly checkpoint: string;
  /** Lines of the project log that tell of the keys in force until then, in their order. */
  readonly keys: readonly {
    readonly line: Line;
    readonly path: AuditPath;
  }[];
}
/** One line of a ledger log: RFC 8785 canonical JSON. */
export interface EventEnvelope {
  readonly v: 1;
  /** Random per log: a line cannot be spliced into another log. */
  readonly log_id: string;
  /** 1 for the genesis. */
  readonly seq: number;
  /** UUIDv7, unique and increasing over one ledger. */
  readonly id: string;
  readonly time: Time;
  readonly type: string;
  readonly actor: Actor;
  readonly data: {};
  readonly project_id: Id;
  readonly task_id?: Id;
  readonly run_id?: Id;
  readonly step_id?: Id;
  readonly prev_event_hash: Sha256 | null;
  readonly event_hash: Sha256;
}
/** A person accepted that this ledger does not continue what was last seen of it: a backup was restored, or a copy went its own way. */
export interface AnchorResetData {
  /** Lines of the project log that the checkpoint covers. */
  readonly seen_size: number;
  /** Root of the Merkle tree over these lines (RFC 6962), 32 bytes in base64. */
  readonly seen_root: string;
  /** Why, in a person's words. */
  readonly reason: string;
}
/** An archive was written. */
export interface ArchiveExportedData {
  /** SHA-256 of tagmanifest-sha256.txt. */
  readonly archive_id: Sha256;
  readonly files: number;
  readonly bytes: number;
  readonly heads: number;
  /** Tasks that were not to be handed over; absent when all were. */
  readonly tasks_left_out?: number;
  /** Lines and files whose content was withheld; absent when none was. */
  readonly redacted?: number;
}
/** This project came out of an archive; its task logs were not rewritten. */
export interface ArchiveImportedData {
  readonly archive_id: Sha256;
  readonly from_project_id: Id;
  /** How many task logs came with it; their heads are in the project log itself. */
  readonly heads: number;
  /** True when an older copy of the same project was brought forward. */
  readonly fast_forwarded?: true;
}
/** The daemon went away during the attempt. It consumes no retry. */
export interface AttemptInterruptedData {
  readonly attempt_id: Id;
  readonly r: number;
  readonly s: number;
  readonly detail: string;
  readonly orphans: readonly {
    readonly pid: number;
    readonly outcome: 'killed' | 'already_gone' | 'survived';
  }[];
  readonly snapshot: {
    readonly ref: string;
    readonly commit: GitObject;
  } | null;
}
/** The outcome of an attempt, measured and judged. */
export interface AttemptRecordedData {
  readonly attempt_id: Id;
  readonly r: number;
  readonly s: number;
  /** controller: Reeve ran and measured it; tool: an outside logger reported it. */
  readonly recorded_by: 'controller' | 'tool';
  readonly result: 'PASS' | 'FAIL';
  readonly controller_verdict: ('PASS' | 'FAIL') | null;
  readonly reason_code: ReasonCode;
  readonly reason_detail: string;
  readonly next_action: 'CLOSE' | 'RETRY' | 'REWORK' | 'ESCALATE' | 'BLOCK';
  readonly criteria: readonly {
    readonly id: Id;
    readonly met: boolean;
  }[];
  readonly gates: readonly {
    readonly id: Id;
    readonly passed: boolean;
  }[];
  readonly findings: readonly Finding[];
  readonly finding_count: number;
  readonly commands: readonly {
    readonly index: number;
    readonly exit_code: number | null;
    readonly cause: string;
    readonly duration_ms: number;
    readonly log_sha256: Sha256;
  }[];
  /** The first 50; all of them are in the review record. */
  readonly files_changed: readonly {
    readonly path: string;
    readonly status: string;
  }[];
  readonly files_changed_count: number;
  readonly base_commit: GitObject | null;
  /** The measured tree: exactly what is committed when accepted. */
  readonly tree: GitObject | null;
  /** The whole review record (schemas/review-record). */
  readonly review: Artifact | null;
  readonly step_result: Artifact | null;
  readonly patch: Artifact | null;
  readonly snapshot: {
    readonly ref: string;
    readonly commit: GitObject;
  } | null;
  readonly usage: Usage | null;
  readonly duration_ms: number;
}
/** Recorded durably before the worker exists: the intent. */
export interface AttemptStartedData {
  readonly attempt_id: Id;
  readonly r: number;
  readonly s: number;
  /** Counts every dispatch of the step from 0; names the round folder. */
  readonly dispatch: number;
  readonly worker: string;
  readonly worker_kind: string;
  readonly base_commit: GitObject;
  /** The tree the worktree starts from: the base, or the work being reworked. */
  readonly start_tree: GitObject;
  readonly repository: string;
  /** Relative to the state folder. */
  readonly worktree: string;
  readonly branch: string;
  readonly pack_sha256: Sha256;
  readonly rework_sha256: Sha256 | null;
  /** Digest of the repository’s own control files (config, hooks, info) before the worker ran. */
  readonly control_sha256: Sha256;
  readonly limits: Limits;
}
/** A checkpoint was vouched for by somebody outside of the ledger. */
export interface CheckpointAnchoredData {
  /** A time-stamp token (RFC 3161), or a person's signature (ssh-keygen -Y). */
  readonly kind: 'rfc3161' | 'ssh_signature';
  /** Lines of the project log that the checkpoint covers. */
  readonly size: number;
  /** Root of the Merkle tree over these lines (RFC 6962), 32 bytes in base64. */
  readonly root: string;
  /** The signed checkpoint it is about; the path is relative to the project folder. */
  readonly checkpoint: Artifact;
  /** The token or signature; the path is relative to the project folder. */
  readonly proof: Artifact;
}
/** A daemon opened this project, and what it found left over. */
export interface DaemonStartedData {
  readonly reeve_version: string;
  readonly pid: number;
  readonly open_tasks: number;
  readonly interrupted_attempts: number;
  readonly recovered_logs: number;
  /** The rules in force, as policy/<sha256>.json in the project folder: limits, retries and workers, without the values of their environment. */
  readonly policy?: Artifact;
}
/** A daemon closed this project in order. */
export interface DaemonStoppedData {
  readonly pid: number;
  readonly reason: string;
}
/** The head of a task log, so that a cut tail is seen. */
export interface HeadCommittedData {
  readonly task_id: Id;
  readonly log_id: string;
  readonly seq: number;
  readonly head_hash: Sha256;
  readonly bytes: number;
  readonly status: TaskStatus;
}
/** A key that signs the checkpoints from here on, with no earlier key to vouch for it: the first one, or one that replaces a key not at hand. */
export interface KeyAddedData {
  /** SHA-256 of the 32 bytes of the public key. */
  readonly key_id: Sha256;
  /** Ed25519 public key: 32 bytes in base64. */
  readonly public_key: string;
}
/** A new key signs the checkpoints from here on; the one before vouches for it. */
export interface KeyRotatedData {
  /** The key in force until now. */
  readonly previous_key_id: Sha256;
  /** SHA-256 of the 32 bytes of the public key. */
  readonly key_id: Sha256;
  /** Ed25519 public key: 32 bytes in base64. */
  readonly public_key: string;
  /** Ed25519 signature by the key in force until now, in base64; docs/ledger-format.md has the text signed. */
  readonly signature: string;
}
/** A torn tail was cut off; the bytes were kept. */
export interface LedgerRecoveredData {
  /** Relative to the project folder. */
  readonly log: string;
  readonly offset: number;
  readonly length: number;
  readonly sha256: Sha256;
  readonly kept_as: string;
}
/** A valid StepPack became owed work. */
export interface PackAcceptedData {
  readonly pack_sha256: Sha256;
  readonly bytes: number;
  /** Relative to the task folder. */
  readonly file: string;
  readonly source: 'inbox' | 'cli' | 'http';
  /** The file name it came with. */
  readonly name: string;
  readonly step_title: string;
  readonly criteria: readonly Id[];
  readonly worker: string | null;
  readonly retry: RetryPolicy;
  readonly closes_task: boolean;
  readonly depends_on: readonly string[];
  readonly priority: number;
  readonly warning_count: number;
  /** The revision this pack opens. */
  readonly r: number;
}
/** A dropped file was refused; it was kept and every problem is listed beside it. */
export interface PackRefusedData {
  readonly name: string;
  readonly sha256: Sha256 | null;
  readonly bytes: number;
  /** Relative to the project folder. */
  readonly kept_as: string;
  readonly problems: readonly {
    readonly code: string;
    readonly pointer: string;
    readonly message: string;
    readonly hint?: string;
  }[];
  readonly problem_count: number;
}
/** Opens a project log. */
export interface ProjectCreatedData {
  readonly project_id: Id;
  readonly reeve_version: string;
}
/** A ReworkPack was compiled or handed in: the next revision is owed. */
export interface ReworkRequestedData {
  readonly rework_sha256: Sha256;
  readonly bytes: number;
  readonly file: string;
  readonly source: 'controller' | 'person';
  readonly source_attempt: AttemptRef;
  readonly target_revision: number;
  readonly criteria: readonly Id[];
  readonly open_problems: number;
}
/** The lines so far of a long task log were put into a file that is never written again; the log goes on in events.jsonl. */
export interface SegmentSealedData {
  readonly task_id: Id;
  readonly log_id: string;
  /** 1 for the first. */
  readonly segment: number;
  /** Its name in the task folder, as events.000001.jsonl. */
  readonly file: string;
  readonly first_seq: number;
  readonly last_seq: number;
  /** event_hash of its last line. */
  readonly head_hash: Sha256;
  /** Size of the file. */
  readonly bytes: number;
  /** Of the whole file, as sha256sum tells. */
  readonly sha256: Sha256;
}
/** A person gave the step a fresh set of retries. */
export interface StepResetData {
  readonly step_id: Id;
  readonly reason: string;
}
/** The one final close. */
export interface TaskClosedData {
  readonly final_status: FinalStatus;
  readonly reason_code: ReasonCode;
  readonly detail: string;
}
/** A task log was opened; its genesis hash anchors it here. */
export interface TaskCreatedData {
  readonly task_id: Id;
  readonly log_id: string;
  readonly genesis: Sha256;
  readonly title: string;
}
/** Retries and rework rounds are used up, or a person must decide. */
export interface TaskEscalatedData {
  readonly step_id: Id;
  readonly reason_code: ReasonCode;
  readonly detail: string;
}
/** Opens a task log. */
export interface TaskOpenedData {
  readonly project_id: Id;
  readonly title: string;
}
/** The accepted tree is a commit on the task’s branch, for a person to land. */
export interface WorkCommittedData {
  readonly attempt_id: Id;
  readonly branch: string;
  readonly commit: GitObject;
  readonly tree: GitObject;
  readonly base_commit: GitObject;
}
/** The worker and its whole process tree are gone. */
export interface WorkerExitedData {
  readonly attempt_id: Id;
  readonly end: ProcessEnd;
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** The tree of the worktree right after, before anything else ran there: what the worker left. */
  readonly tree: GitObject;
  /** What git could not read or name, in sentences; while there is any, nothing passes. */
  readonly unmeasured: readonly string[];
}
/** The worker process exists. */
export interface WorkerSpawnedData {
  readonly attempt_id: Id;
  readonly pid: number;
  /** The kernel’s start time of that pid (clock ticks since boot on Linux), so that a reused pid is not mistaken for it. */
  readonly start_time: string | null;
  readonly argv: readonly string[];
  /** Resolved real path. */
  readonly executable: string;
}
/** What a project folder is: written once from the first event of its log, for people and tools that find the folder. */
export interface ProjectManifest {
  readonly manifest_version: 1;
  readonly project_id: Id;
  readonly created: Time;
  readonly reeve_version: string;
  /** The project log, relative to the project folder. */
  readonly log: 'events.jsonl';
  readonly log_id: string;
  /** Hash of the log’s first event. */
  readonly genesis: Sha256;
}
/** Everything the controller measured and judged for one attempt; referenced by digest from attempt.recorded. */
export interface ReviewRecord {
  readonly review_version: '1.0';
  readonly task_id: Id;
  readonly run_id: Id;
  readonly step_id: Id;
  readonly attempt: AttemptRef;
  readonly verdict: 'PASS' | 'FAIL';
  readonly reason_code: ReasonCode;
  readonly reason_detail: string;
  readonly criteria: readonly CriterionResult[];
  readonly gates: readonly GateResult[];
  readonly findings: readonly Finding[];
  readonly commands: readonly CommandRecord[];
  readonly files_changed: readonly FileChange[];
  readonly base_commit: GitObject;
  readonly tree: GitObject;
  /** The tree after the required commands ran; differs when a command wrote files. */
  readonly tree_after_commands: GitObject;
  readonly worker: ProcessEnd | null;
  /** Every file kept for this attempt. */
  readonly artifacts: readonly Artifact[];
}
/** What must change before the next revision: compiled from a failed review, or written by a person. */
export interface ReworkPack {
  readonly task_kind: 'rework';
  readonly task_id: Id;
  readonly run_id: Id;
  readonly step_id: Id;
  readonly thread_id: string | null;
  readonly source_attempt: SourceAttempt;
  /** The revision this pack opens. */
  readonly target_revision: number;
  /** The StepPack it amends. */
  readonly step_pack_sha256: Sha256;
  readonly overall_assessment: string;
  readonly problems: readonly ReworkProblem[];
  readonly failed_gates: readonly FailedGate[];
  readonly missing_evidence: readonly MissingEvidence[];
  /** The least that must be done. */
  readonly required_changes: readonly string[];
  /** A subset of the pack’s required commands, verbatim. */
  readonly rerun_commands: readonly string[];
  /** Equal to the pack’s, or narrower. */
  readonly scope: ReworkScope;
  readonly rework_policy: ReworkPolicy;
}
/** The attempt that was reviewed. */
export interface SourceAttempt {
  readonly attempt_id: Id;
  readonly r: number;
  readonly s: number;
  readonly event_hash: Sha256;
}
/** One open problem. */
export interface ReworkProblem {
  /** The criterion verbatim; null when the problem belongs to none. */
  readonly criteria: string | null;
  readonly issue: string;
  /** Paths or digests that show it. */
  readonly evidence: readonly string[];
  readonly impact: string;
}
/** One gate that did not pass. */
export interface FailedGate {
  readonly gate_id: Id;
  /** Quoted from the pack. */
  readonly pass_condition: string | null;
  readonly detail: string;
}
/** One piece of evidence that was not found. */
export interface MissingEvidence {
  readonly id: Id | null;
  readonly path_pattern: string;
  readonly required_for: readonly Id[];
}
export interface ReworkScope {
  readonly allowed_paths: PathPatterns;
  readonly forbidden_paths: PathPatterns;
}
/** A rework must shrink what is open, inside the same scope. */
export interface ReworkPolicy {
  readonly must_reduce_open_issues: true;
  readonly no_new_scope: true;
}
/** What the built-in scripted worker does in each attempt: for demonstrations and fault drills. */
export interface Scenario {
  /** For editors; ignored. */
  readonly $schema?: string;
  /** For readers; ignored. */
  readonly description?: string;
  /** Actions by attempt (R0/S0, R1/S0, ...); default serves every attempt without its own. */
  readonly attempts: {
    readonly [k: string]: readonly ScenarioAction[];
  };
}
/** Writes a file, making its folders. */
export interface WriteAction {
  readonly type: 'write';
  readonly path: ScenarioPath;
  readonly text: string;
}
/** Appends to a file, making it where it is missing. */
export interface AppendAction {
  readonly type: 'append';
  readonly path: ScenarioPath;
  readonly text: string;
}
/** Deletes a file or a folder with all it holds. */
export interface DeleteAction {
  readonly type: 'delete';
  readonly path: ScenarioPath;
}
/** Renames a file or folder. */
export interface RenameAction {
  readonly type: 'rename';
  readonly from: ScenarioPath;
  readonly to: ScenarioPath;
}
/** Makes a folder and its parents. */
export interface MkdirAction {
  readonly type: 'mkdir';
  readonly path: ScenarioPath;
}
/** Changes a file's permissions. */
export interface ChmodAction {
  readonly type: 'chmod';
  readonly path: ScenarioPath;
  /** Octal, as 755. */
  readonly mode: string;
}
/** Makes a symbolic link. */
export interface SymlinkAction {
  readonly type: 'symlink';
  readonly path: ScenarioPath;
  readonly target: string;
}
/** Waits. */
export interface SleepAction {
  readonly type: 'sleep';
  readonly ms: Milliseconds;
}
/** Prints a text as it stands, without a line end of its own. */
export interface PrintAction {
  readonly type: 'print';
  readonly text: string;
  readonly stream?: ScenarioStream;
}
/** Prints this many bytes. */
export interface FloodAction {
  readonly type: 'flood';
  readonly bytes: number;
  readonly stream?: ScenarioStream;
}
/** Takes this many MiB of memory and holds them to the end. */
export interface AllocateAction {
  readonly type: 'allocate';
  readonly mb: number;
}
/** Leaves a process behind that lives this long and holds the worker's output pipes. */
export interface SpawnAction {
  readonly type: 'spawn';
  readonly ms: Milliseconds;
  /** In a session of its own, out of reach of a signal to the group. Default: false. */
  readonly detached?: boolean;
}
/** Ignores SIGTERM from now on. */
export interface IgnoreSigtermAction {
  readonly type: 'ignore_sigterm';
}
/** Ends at once: by this signal, else with this exit code, else with exit code 1. */
export interface CrashAction {
  readonly type: 'crash';
  readonly signal?: 'SIGKILL' | 'SIGTERM' | 'SIGSEGV' | 'SIGABRT' | 'SIGINT' | 'SIGHUP';
  readonly exit_code?: number;
}
/** Writes the worker's own StepResult; ids that it leaves out are filled in. */
export interface ResultAction {
  readonly type: 'result';
  readonly result: {
    readonly [k: string]: unknown;
  };
}
/** Does nothing more, and does not end. */
export interface SilenceAction {
  readonly type: 'silence';
}
/** Reads the brief from stdin to its end and fails unless it contains this text. */
export interface ReadBriefAction {
  readonly type: 'read_brief';
  readonly must_contain: string;
}
/** A StepPack after normalisation: one name for each fact, every default filled in, null where nothing was said. */
export interface StepPack {
  readonly task_kind: 'step';
  /** 1.x; a higher minor version only adds keys. */
  readonly step_pack_version: string;
  readonly task_id: Id;
  readonly run_id: Id;
  readonly step_id: Id;
  /** One line for lists and commit messages. */
  readonly step_title: string;
  /** What is to be done, in prose. */
  readonly step_description: string;
  /** What the step is for. */
  readonly objective: string;
  readonly scope: StepScope;
  readonly commands: StepCommands;
  readonly acceptance: StepAcceptance;
  readonly runtime_policy: RuntimePolicy;
  /** Name of a worker in reeve.yaml; null means the default worker. */
  readonly worker: Id | null;
  /** Accepting this step closes its task; false when more steps follow. */
  readonly closes_task: boolean;
  /** Tasks that must be accepted first. */
  readonly depends_on: readonly Id[];
  /** Higher goes first. */
  readonly priority: number;
  readonly risk: string | null;
  readonly backend: string | null;
  readonly phase: string | null;
  readonly controller_role: string | null;
  /** The evidence asked for, in prose. */
  readonly evidence_requirement: string | null;
  readonly preconditions: ProseList;
  readonly expected_outputs: ProseList;
  readonly allowed_actions: ProseList;
  /** Free facts for the worker. */
  readonly context: {
    readonly [k: string]: unknown;
  };
  /** Top-level keys Reeve does not know, kept as they came. */
  readonly annotations: {
    readonly [k: string]: unknown;
  };
}
/** Which paths may change. */
export interface StepScope {
  /** Patterns of paths that may change. */
  readonly allowed_paths: PathPatterns;
  /** Patterns of paths that may not; they beat allowed_paths. */
  readonly forbidden_paths: PathPatterns;
  readonly dependency_policy: DependencyPolicy;
}
/** What may happen to dependencies and CI; nothing, unless said. */
export interface DependencyPolicy {
  readonly mode: string;
  readonly allow_new_dependencies: boolean;
  readonly allow_lockfile_changes: boolean;
  readonly allow_dependency_manifest_changes: boolean;
  /** in_scope: only CI files that allowed_paths names. */
  readonly allow_ci_changes: 'none' | 'in_scope' | 'any';
  /** Changes that need a separate order, in prose. */
  readonly change_order_required: ProseList;
}
/** Two different lists that are never filled from each other. */
export interface StepCommands {
  /** What the worker may run: guidance with placeholders, never executed by Reeve. */
  readonly allowed: readonly string[];
  /** What the controller runs to verify the work, by index, without a shell. */
  readonly required: readonly string[];
}
/** What must hold, and how it is proved. */
export interface StepAcceptance {
  readonly criteria: readonly Criterion[];
  readonly gates: readonly Gate[];
  readonly evidence_required: readonly EvidenceRequirement[];
}
/** One acceptance criterion. */
export interface Criterion {
  readonly id: Id;
  /** Verbatim, with its prefix. */
  readonly text: string;
}
/** One check that proves some criteria. */
export interface Gate {
  readonly gate_id: Id;
  readonly owner: 'worker' | 'controller';
  readonly type: GateType;
  /** Ids of the criteria it proves. */
  readonly target_ac: readonly Id[];
  /** Which required command it judges; null for a review gate. */
  readonly command_index: number | null;
  /** For people; quoted in a ReworkPack. */
  readonly pass_condition: string | null;
}
/** One piece of evidence that must exist. */
export interface EvidenceRequirement {
  readonly id: Id;
  readonly kind: EvidenceKind;
  /** A glob of files, or FILE::SELECTOR into a JSON file. */
  readonly path_pattern: string;
  /** Ids of the criteria it supports. */
  readonly required_for: readonly Id[];
  readonly notes: string | null;
}
/** Limits and retries; null leaves the decision to the configuration. */
export interface RuntimePolicy {
  readonly timeout_sec: number | null;
  readonly no_output_timeout_sec: number | null;
  readonly max_memory_mb: number | null;
  readonly retry: StepRetry;
  readonly autonomy_level: string | null;
  readonly boundary_level: string | null;
}
/** What a pack says about retries. */
export interface StepRetry {
  /** Attempts within one revision, the first included. */
  readonly max_attempts: number;
  readonly retry_on: ReasonCodes;
  readonly requires_rework_pack_after_failed_attempts: boolean;
  readonly max_rework_rounds: number | null;
  readonly on_exhausted: ('escalate' | 'reject') | null;
}
/** A StepPack as its author writes it: a bounded work order. Several keys have older names; every copy present must agree. Least that is needed: task_id, title, allowed_paths, acceptance_criteria and commands_to_run (or gates). */
export interface StepPackDocument {
  /** For editors; ignored. */
  readonly $schema?: string;
  /** Default: step. */
  readonly task_kind?: 'step';
  /** Default: 1.0. */
  readonly step_pack_version?: string;
  /** Names the task, its folder and its log. */
  readonly task_id: Id;
  /** Begins with the task id and an underscore. Default: the task id and 12 digits of the pack’s SHA-256. */
  readonly run_id?: Id;
  /** Default: S1. */
  readonly step_id?: Id;
  /** One line for lists and commit messages. */
  readonly step_title?: string;
  /** One line for lists and commit messages. */
  readonly title?: string;
  /** What is to be done, in prose. Default: the title. */
  readonly step_description?: string;
  /** Same as step_description. */
  readonly description?: string;
  /** What the step is for. Default: the title. */
  readonly objective?: string;
  /** Patterns of paths that may change: docs/**, src/*.ts, README.md. */
  readonly allowed_paths?: PathPatterns;
  /** Patterns of paths that may not change; they beat allowed_paths. */
  readonly forbidden_paths?: PathPatterns;
  readonly dependency_policy?: DependencyPolicyDocument;
  /** The same three facts in one place. */
  readonly scope?: {
    readonly allowed_paths?: PathPatterns;
    readonly forbidden_paths?: PathPatterns;
    readonly dependency_policy?: DependencyPolicyDocument;
  };
  /** Same as scope, paths only. */
  readonly scope_guard?: {
    readonly allowed_paths?: PathPatterns;
    readonly forbidden_paths?: PathPatterns;
  };
  /** What the worker may run (guidance, never executed), or an object with both lists. */
  readonly commands?:
    | readonly string[]
    | {
        readonly allowed?: readonly string[];
        readonly required?: readonly string[];
      };
  /** What the controller runs to verify the work, in order, without a shell. */
  readonly commands_to_run?: readonly string[];
  /** What must hold. A text may open with its id, as in “AC1: …”. */
  readonly acceptance_criteria?: CriteriaList;
  /** Same as acceptance_criteria. */
  readonly AC?: CriteriaList;
  /** Which check proves which criterion. Default: every required command must exit 0. */
  readonly gates?: readonly GateDocument[];
  /** Files the worker must leave behind. */
  readonly evidence_required?: readonly EvidenceDocument[];
  /** The same facts in one place. */
  readonly acceptance?: {
    readonly AC?: CriteriaList;
    readonly criteria?: CriteriaList;
    readonly gates?: readonly GateDocument[];
    readonly evidence_required?: readonly EvidenceDocument[];
  };
  readonly runtime_policy?: RuntimePolicyDocument;
  /** Name of a worker in reeve.yaml. Default: the default worker. */
  readonly worker?: Id | null;
  /** Accepting this step closes its task. Default: true. */
  readonly closes_task?: boolean;
  /** Tasks that must be accepted first. */
  readonly depends_on?: readonly Id[];
  /** Higher goes first. Default: 0. */
  readonly priority?: number;
  readonly risk?: string | null;
  readonly backend?: string | null;
  readonly phase?: string | null;
  readonly controller_role?: string | null;
  /** The evidence asked for, in prose. */
  readonly evidence_requirement?: string | null;
  readonly preconditions?: ProseOrList;
  readonly expected_outputs?: ProseOrList;
  readonly allowed_actions?: ProseOrList;
  /** Free facts for the worker. */
  readonly context?: {
    readonly [k: string]: unknown;
  };
  /** Kept as they come. */
  readonly annotations?: {
    readonly [k: string]: unknown;
  };
  readonly [k: string]: unknown;
}
/** What may happen to dependencies and CI. Default: nothing. */
export interface DependencyPolicyDocument {
  readonly mode?: string;
  readonly allow_new_dependencies?: boolean;
  readonly allow_lockfile_changes?: boolean;
  readonly allow_dependency_manifest_changes?: boolean;
  /** true: any; false: none. */
  readonly allow_ci_changes?: boolean | ('none' | 'in_scope' | 'any');
  /** true: only CI files that allowed_paths names. */
  readonly allow_ci_workflow_changes_in_scope?: boolean;
  readonly change_order_required?: ProseOrList;
}
export interface GateDocument {
  readonly gate_id: Id;
  readonly owner?: 'worker' | 'controller';
  readonly type: GateType;
  /** Ids of the criteria it proves. */
  readonly target_ac: readonly string[];
  /** Which entry of commands_to_run it judges, from 0. */
  readonly command_index?: number | null;
  readonly pass_condition?: string | null;
}
export interface EvidenceDocument {
  readonly id: Id;
  readonly kind?: EvidenceKind;
  /** A glob of files, or FILE::SELECTOR into a JSON file. */
  readonly path_pattern: string;
  readonly required_for?: readonly string[];
  readonly notes?: string | null;
}
/** Limits and retries; what is left out is decided by the configuration. */
export interface RuntimePolicyDocument {
  /** Seconds of wall clock. */
  readonly timeout_sec?: number | null;
  /** Seconds without any output. */
  readonly no_output_timeout_sec?: number | null;
  /** Resident memory of the whole process tree. */
  readonly max_memory_mb?: number | null;
  readonly retry?: {
    /** Attempts within one revision, the first included. Default: 2. */
    readonly max_attempts?: number;
    /** Reason codes after which the identical pack is tried again. Default: COMMAND_FAILED, AC_NOT_MET. */
    readonly retry_on?: readonly string[];
    /** Default: true. */
    readonly requires_rework_pack_after_failed_attempts?: boolean;
    readonly max_rework_rounds?: number | null;
    readonly on_exhausted?: ('escalate' | 'reject') | null;
  };
  readonly autonomy_level?: string | null;
  readonly boundary_level?: string | null;
}
/** What happened in one attempt, as the worker claims it or the controller measured it. */
export interface StepResult {
  readonly task_id: Id;
  readonly run_id: Id;
  readonly step_id: Id;
  /** null when the worker was not told. */
  readonly attempt_id: Id | null;
  readonly verdict: 'PASS' | 'FAIL' | 'REWORK';
  readonly reason_code: ReasonCode;
  /** Paths relative to the worktree. */
  readonly files_changed: readonly string[];
  readonly commands_executed: readonly ExecutedCommand[];
  /** For PASS: exactly the criteria of the pack. */
  readonly verification_results: readonly VerificationResult[];
  /** Criterion id to evidence paths. */
  readonly evidence_map: {
    readonly [k: string]: readonly string[];
  };
  readonly scope_guard: ScopeGuardReport | null;
  /** null, or what was violated. */
  readonly dependency_policy_violation:
    | boolean
    | string
    | {
        readonly [k: string]: unknown;
      }
    | readonly unknown[]
    | null;
  readonly summary: string | null;
  readonly risks: readonly string[];
  readonly thread_id: string | null;
  readonly usage: Usage | null;
}
export interface ExecutedCommand {
  readonly command: string;
  readonly exit_code: number | null;
  readonly evidence_path: string | null;
}
export interface VerificationResult {
  /** Verbatim text of the criterion. */
  readonly criteria: string;
  readonly met: boolean;
  readonly evidence_path: string | null;
}
export interface ScopeGuardReport {
  readonly allowed_paths: readonly string[];
  readonly forbidden_paths: readonly string[];
  /** The worker’s own findings. */
  readonly self_check: {
    readonly [k: string]: unknown;
  };
}

/** The data of each event type. */
export interface EventDataByType {
  readonly 'anchor.reset': AnchorResetData;
  readonly 'archive.exported': ArchiveExportedData;
  readonly 'archive.imported': ArchiveImportedData;
  readonly 'attempt.interrupted': AttemptInterruptedData;
  readonly 'attempt.recorded': AttemptRecordedData;
  readonly 'attempt.started': AttemptStartedData;
  readonly 'checkpoint.anchored': CheckpointAnchoredData;
  readonly 'daemon.started': DaemonStartedData;
  readonly 'daemon.stopped': DaemonStoppedData;
  readonly 'head.committed': HeadCommittedData;
  readonly 'key.added': KeyAddedData;
  readonly 'key.rotated': KeyRotatedData;
  readonly 'ledger.recovered': LedgerRecoveredData;
  readonly 'pack.accepted': PackAcceptedData;
  readonly 'pack.refused': PackRefusedData;
  readonly 'project.created': ProjectCreatedData;
  readonly 'rework.requested': ReworkRequestedData;
  readonly 'segment.sealed': SegmentSealedData;
  readonly 'step.reset': StepResetData;
  readonly 'task.closed': TaskClosedData;
  readonly 'task.created': TaskCreatedData;
  readonly 'task.escalated': TaskEscalatedData;
  readonly 'task.opened': TaskOpenedData;
  readonly 'work.committed': WorkCommittedData;
  readonly 'worker.exited': WorkerExitedData;
  readonly 'worker.spawned': WorkerSpawnedData;
}
