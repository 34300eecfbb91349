import type { FinalStatus, TaskStatus } from '../../../protocol/generated/types.ts';
import type {
  AttemptView,
  CommandView,
  DaemonServices,
  ProjectSummary,
  TaskDetail,
  TaskSummary,
} from '../../ports/services.ts';
import {
  arrayOf,
  COUNT,
  enumOf,
  ID,
  nullable,
  objectOf,
  refTo,
  SHA256,
  TEXT,
  TIME,
} from './schema-builders.ts';

type RunningView = ReturnType<DaemonServices['running']>[number];

export const TASK_STATUS = enumOf<TaskStatus>({
  queued: true,
  running: true,
  waiting: true,
  needs_person: true,
  accepted: true,
  rejected: true,
  abandoned: true,
});

export const FINAL_STATUS = enumOf<FinalStatus>({ accepted: true, rejected: true, abandoned: true });

const summaryProperties = {
  project_id: ID,
  task_id: ID,
  title: TEXT,
  status: TASK_STATUS,
  updated: TIME,
  events: COUNT,
  head_hash: SHA256,
};

const TaskSummarySchema = objectOf<TaskSummary>('One row of a task list.', summaryProperties);

const TaskDetailSchema = objectOf<TaskDetail>('Everything known of one task.', {
  ...summaryProperties,
  run_id: nullable(ID),
  step_id: nullable(ID),
  final_status: nullable(
    enumOf<FinalStatus | 'needs_person'>({
      accepted: true,
      rejected: true,
      abandoned: true,
      needs_person: true,
    }),
  ),
  reason_code: nullable(TEXT),
  explanation: { ...TEXT, description: 'One sentence: where the task stands and what is next.' },
  attempts: arrayOf(refTo('Attempt')),
  branch: nullable(TEXT),
  commit: nullable(TEXT),
  ledger: objectOf<TaskDetail['ledger']>('What this answer was built from.', {
    events: COUNT,
    head_hash: SHA256,
  }),
});

const AttemptSchema = objectOf<AttemptView>('One attempt; result is null while it runs.', {
  step_id: ID,
  r: COUNT,
  s: COUNT,
  attempt_id: ID,
  worker: nullable(TEXT),
  started: TIME,
  result: nullable(enumOf<'PASS' | 'FAIL' | 'INTERRUPTED'>({ PASS: true, FAIL: true, INTERRUPTED: true })),
  reason_code: nullable(TEXT),
  reason_detail: nullable(TEXT),
  next_action: nullable(TEXT),
  failed_gates: arrayOf(TEXT),
  failed_criteria: arrayOf(TEXT),
  files_changed: arrayOf(TEXT),
  commands: arrayOf(refTo('Command')),
  rework_pack: nullable({ type: 'object', description: 'See schemas/rework-pack.schema.json.' }),
  duration_ms: nullable(COUNT),
});

const CommandSchema = objectOf<CommandView>('One required command as the controller ran it.', {
  command: TEXT,
  exit_code: nullable({ type: 'integer' }),
  duration_ms: COUNT,
  log_sha256: SHA256,
});

const ProjectSummarySchema = objectOf<ProjectSummary>('One project.', {
  project_id: ID,
  tasks: COUNT,
  by_status: { type: 'object', propertyNames: TASK_STATUS, additionalProperties: COUNT },
  events: COUNT,
  head_hash: SHA256,
});

const RunningSchema = objectOf<RunningView>('One attempt that runs now.', {
  project_id: ID,
  task_id: ID,
  attempt: TEXT,
  worker: TEXT,
  phase: TEXT,
  since: TIME,
});

export const TASK_SCHEMAS = {
  TaskSummary: TaskSummarySchema,
  TaskDetail: TaskDetailSchema,
  Attempt: AttemptSchema,
  Command: CommandSchema,
  ProjectSummary: ProjectSummarySchema,
  Running: RunningSchema,
};
