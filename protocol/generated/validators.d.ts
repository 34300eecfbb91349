// generated; npm run generate

import type { ErrorObject } from 'ajv';
import type {
  EventDataByType,
  Config,
  EventProof,
  EventEnvelope,
  AnchorResetData,
  ArchiveExportedData,
  ArchiveImportedData,
  AttemptInterruptedData,
  AttemptRecordedData,
  AttemptStartedData,
  CheckpointAnchoredData,
  DaemonStartedData,
  DaemonStoppedData,
  HeadCommittedData,
  KeyAddedData,
  KeyRotatedData,
  LedgerRecoveredData,
  PackAcceptedData,
  PackRefusedData,
  ProjectCreatedData,
  ReworkRequestedData,
  SegmentSealedData,
  StepResetData,
  TaskClosedData,
  TaskCreatedData,
  TaskEscalatedData,
  TaskOpenedData,
  WorkCommittedData,
  WorkerExitedData,
  WorkerSpawnedData,
  ProjectManifest,
  ReviewRecord,
  ReworkPack,
  Scenario,
  StepPack,
  StepPackDocument,
  StepResult,
} from './types.ts';

/** Tells whether a value satisfies its schema; `errors` then holds what the last call found, or null. */
export interface Validate<T> {
  (data: unknown): data is T;
  errors?: readonly ErrorObject[] | null;
}

export const validateConfig: Validate<Config>;
export const validateEventProof: Validate<EventProof>;
export const validateEventEnvelope: Validate<EventEnvelope>;
export const validateAnchorResetData: Validate<AnchorResetData>;
export const validateArchiveExportedData: Validate<ArchiveExportedData>;
export const validateArchiveImportedData: Validate<ArchiveImportedData>;
export const validateAttemptInterruptedData: Validate<AttemptInterruptedData>;
export const validateAttemptRecordedData: Validate<AttemptRecordedData>;
export const validateAttemptStartedData: Validate<AttemptStartedData>;
export const validateCheckpointAnchoredData: Validate<CheckpointAnchoredData>;
export const validateDaemonStartedData: Validate<DaemonStartedData>;
export const validateDaemonStoppedData: Validate<DaemonStoppedData>;
export const validateHeadCommittedData: Validate<HeadCommittedData>;
export const validateKeyAddedData: Validate<KeyAddedData>;
export const validateKeyRotatedData: Validate<KeyRotatedData>;
export const validateLedgerRecoveredData: Validate<LedgerRecoveredData>;
export const validatePackAcceptedData: Validate<PackAcceptedData>;
export const validatePackRefusedData: Validate<PackRefusedData>;
export const validateProjectCreatedData: Validate<ProjectCreatedData>;
export const validateReworkRequestedData: Validate<ReworkRequestedData>;
export const validateSegmentSealedData: Validate<SegmentSealedData>;
export const validateStepResetData: Validate<StepResetData>;
export const validateTaskClosedData: Validate<TaskClosedData>;
export const validateTaskCreatedData: Validate<TaskCreatedData>;
export const validateTaskEscalatedData: Validate<TaskEscalatedData>;
export const validateTaskOpenedData: Validate<TaskOpenedData>;
export const validateWorkCommittedData: Validate<WorkCommittedData>;
export const validateWorkerExitedData: Validate<WorkerExitedData>;
export const validateWorkerSpawnedData: Validate<WorkerSpawnedData>;
export const validateProjectManifest: Validate<ProjectManifest>;
export const validateReviewRecord: Validate<ReviewRecord>;
export const validateReworkPack: Validate<ReworkPack>;
export const validateScenario: Validate<Scenario>;
export const validateStepPack: Validate<StepPack>;
export const validateStepPackDocument: Validate<StepPackDocument>;
export const validateStepResult: Validate<StepResult>;

/** The validator of each event type's data. */
export const validateEventData: {
  readonly [Type in keyof EventDataByType]: Validate<EventDataByType[Type]>;
};
