import type {
  AttemptInterruptedData,
  AttemptRecordedData,
  AttemptStartedData,
  PackAcceptedData,
  ReworkRequestedData,
  TaskClosedData,
  TaskEscalatedData,
  WorkCommittedData,
  WorkerExitedData,
  WorkerSpawnedData,
} from '../../protocol/generated/types.ts';

/** What someone wants to happen to a task; time, ids and digests arrive inside. */
export type TaskCommand =
  | {
      readonly type: 'acceptPack';
      readonly projectId: string;
      readonly runId: string;
      readonly stepId: string;
      readonly title: string;
      readonly pack: Omit<PackAcceptedData, 'r'>;
    }
  | { readonly type: 'requestRework'; readonly stepId: string; readonly rework: ReworkRequestedData }
  | {
      readonly type: 'startAttempt';
      readonly stepId: string;
      readonly attempt: Omit<AttemptStartedData, 'dispatch'>;
    }
  | { readonly type: 'recordSpawn'; readonly stepId: string; readonly spawned: WorkerSpawnedData }
  | { readonly type: 'recordExit'; readonly stepId: string; readonly exited: WorkerExitedData }
  | {
      readonly type: 'interruptAttempt';
      readonly stepId: string;
      readonly interrupted: AttemptInterruptedData;
    }
  | {
      readonly type: 'recordAttempt';
      readonly stepId: string;
      readonly outcome: Omit<AttemptRecordedData, 'next_action'>;
    }
  | {
      readonly type: 'reportAttempt';
      readonly projectId: string;
      readonly runId: string;
      readonly stepId: string;
      readonly title: string;
      readonly outcome: Omit<AttemptRecordedData, 'next_action'>;
    }
  | { readonly type: 'recordCommit'; readonly stepId: string; readonly commit: WorkCommittedData }
  | {
      readonly type: 'escalate';
      readonly stepId: string;
      readonly escalation: Omit<TaskEscalatedData, 'step_id'>;
    }
  | { readonly type: 'resetStep'; readonly reason: string }
  | { readonly type: 'close'; readonly close: TaskClosedData };
