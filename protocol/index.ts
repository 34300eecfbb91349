/** The vocabulary of Reeve, pure and without I/O, for its own parts and for an outside auditor. */

export type { Parsed, Problem } from './problem.ts';
export { PROBLEM_CODES } from './problem-codes.ts';
export type { ProblemCode } from './problem-codes.ts';
export { ERROR_CODES, ReeveError } from './errors.ts';
export type { ErrorCode } from './errors.ts';
export { isId } from './ids.ts';
export type { AttemptId, EventHash, ProjectId, RunId, Sha256, StepId, TaskId } from './ids.ts';

export { canonicalJson, MAX_JSON_DEPTH, parseCanonical } from './canonical-json.ts';
export type { JsonValue } from './canonical-json.ts';
export { sha256, sha256Hex } from './digest.ts';
export { parseBase64, toBase64 } from './base64.ts';
export { createMerkleTree, leafHash, proveInclusion, rootFromInclusion } from './merkle-tree.ts';
export type { MerkleFrontier, MerkleTree } from './merkle-tree.ts';
export {
  formatSignedNote,
  formatVerifierKey,
  isNoteSignedBy,
  noteKeyHash,
  parseSignedNote,
  parseVerifierKey,
} from './signed-note.ts';
export type { NoteSignature, SignedNote } from './signed-note.ts';
export { formatCheckpoint, originOf, parseCheckpoint, parseSignedCheckpoint } from './checkpoint.ts';
export type { Checkpoint, SignedCheckpoint } from './checkpoint.ts';
export { keyInForce, keyRotationMessage, readKeyEvent, signingKeyId } from './signing-keys.ts';
export type { LoggedKey } from './signing-keys.ts';
export { isSignedBy } from './ed25519.ts';
export { dssePreAuthEncoding } from './dsse.ts';
export { formatEventProof } from './event-proof.ts';
export type { EventProofParts, PlacedLine } from './event-proof.ts';
export { MAX_PROOF_LENGTH, verifyEventProof } from './verify-event-proof.ts';
export type { ProofTrust, ProvedEvent } from './verify-event-proof.ts';
export { findChainBreak } from './chain.ts';
export type { ChainBreak, ChainLink, ChainPoint } from './chain.ts';
export { buildEventLine, MAX_LINE_BYTES, parseEventLine } from './event-line.ts';
export type { EventLine, EventStamp, LinePlace } from './event-line.ts';
export { parseEventHead } from './event-head.ts';
export type { EventHead } from './event-head.ts';
export { hashOfEventLine, sliceEventLine } from './event-slices.ts';
export type { EventSlices } from './event-slices.ts';
export { isEventType, logOf } from './events.ts';
export type { DraftOf, EventDraft, EventOf, LedgerEvent } from './events.ts';
export type { EventType } from './generated/event-types.ts';

export { DEFAULT_JSON_LIMITS, parseStrictJson } from './strict-json.ts';
export type { JsonLimits } from './strict-json.ts';
export { isCompleteJson } from './json-nesting.ts';
export { parseStepPack, normaliseStepPack } from './step-pack/parse-step-pack.ts';
export { parseReworkPack } from './rework-pack.ts';
export { parseStepResult, stepResultProblems } from './step-result.ts';
export { parseCommandLine } from './command-line.ts';
export { pathProblems } from './paths.ts';
export { compilePattern, patternProblems } from './path-pattern.ts';
export type { PathPattern } from './path-pattern.ts';
export { createPathMatcher, isNarrowerPattern } from './path-scope.ts';
export type { ScopeAnswer } from './path-scope.ts';
export { formatPointer, isLegalNext, nextPointers, parsePointer } from './attempt-pointer.ts';
export type { AttemptPointer } from './attempt-pointer.ts';
export { parseReasonCode, REASON_CODES, reasonCodeInfo } from './reason-codes.ts';
export type { ReasonClass, ReasonCodeInfo } from './reason-codes.ts';

export type {
  Actor,
  AllocateAction,
  AppendAction,
  ArchiveExportedData,
  ArchiveImportedData,
  Artifact,
  AttemptInterruptedData,
  AttemptRecordedData,
  AttemptRef,
  AttemptStartedData,
  ChmodAction,
  CommandRecord,
  CommandWorkerConfig,
  Config,
  CrashAction,
  CriteriaList,
  Criterion,
  CriterionResult,
  DaemonStartedData,
  DaemonStoppedData,
  DeleteAction,
  DependencyPolicy,
  DependencyPolicyDocument,
  EventDataByType,
  EventEnvelope,
  EventProof,
  EvidenceDocument,
  EvidenceKind,
  EvidenceRequirement,
  ExecutedCommand,
  FailedGate,
  FileChange,
  FinalStatus,
  Finding,
  FloodAction,
  Gate,
  GateDocument,
  GateResult,
  GateType,
  GitObject,
  HeadCommittedData,
  IgnoreSigtermAction,
  LedgerRecoveredData,
  Limits,
  Milliseconds,
  MissingEvidence,
  MkdirAction,
  PackAcceptedData,
  PackRefusedData,
  PathPatterns,
  PrintAction,
  ProcessEnd,
  ProjectCreatedData,
  ProjectManifest,
  ProseList,
  ProseOrList,
  ReadBriefAction,
  ReasonCode,
  ReasonCodes,
  RenameAction,
  ResultAction,
  RetryPolicy,
  ReviewRecord,
  ReworkPack,
  ReworkPolicy,
  ReworkProblem,
  ReworkRequestedData,
  ReworkScope,
  RuntimePolicy,
  RuntimePolicyDocument,
  Scenario,
  ScenarioAction,
  ScenarioPath,
  ScenarioStream,
  ScopeGuardReport,
  ScriptedWorkerConfig,
  SilenceAction,
  SleepAction,
  SourceAttempt,
  SpawnAction,
  StepAcceptance,
  StepCommands,
  StepPack,
  StepPackDocument,
  StepResetData,
  StepResult,
  StepRetry,
  StepScope,
  Stream,
  SymlinkAction,
  TaskClosedData,
  TaskCreatedData,
  TaskEscalatedData,
  TaskOpenedData,
  TaskStatus,
  Usage,
  VerificationResult,
  WorkCommittedData,
  WorkerConfig,
  WorkerExitedData,
  WorkerSpawnedData,
  WriteAction,
} from './generated/types.ts';
