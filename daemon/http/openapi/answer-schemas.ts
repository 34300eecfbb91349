import type { Actor, EventEnvelope } from '../../../protocol/generated/types.ts';
import type { Problem } from '../../../protocol/problem.ts';
import type { ExportAnswer, ImportAnswer, SubmitAnswer } from '../../ports/services.ts';
import type { ProblemDocument } from '../problem-document.ts';
import {
  arrayOf,
  COUNT,
  enumOf,
  EVENT_ID,
  FLAG,
  ID,
  nullable,
  objectOf,
  refTo,
  SHA256,
  TEXT,
  TIME,
} from './schema-builders.ts';

/** Who acts through the API; `daemon` is the daemon's own and cannot be claimed. */
const ActorSchema = objectOf<Actor>('Who caused the event.', {
  kind: enumOf<Exclude<Actor['kind'], 'daemon'>>({ person: true, tool: true }),
  id: { type: 'string', minLength: 1, maxLength: 200 },
});

const LedgerEventSchema = objectOf<EventEnvelope>(
  'One line of a ledger log. The schema of data by type is in schemas/events/.',
  {
    v: { const: 1 },
    log_id: { type: 'string', pattern: '^[0-9a-f]{32}$' },
    seq: { type: 'integer', minimum: 1 },
    id: EVENT_ID,
    time: TIME,
    type: { type: 'string', maxLength: 64, pattern: '^[a-z]+(_[a-z]+)*\\.[a-z]+(_[a-z]+)*$' },
    actor: objectOf<Actor>('Who caused the event.', {
      kind: enumOf<Actor['kind']>({ daemon: true, person: true, tool: true }),
      id: TEXT,
    }),
    data: { type: 'object' },
    project_id: ID,
    task_id: ID,
    run_id: ID,
    step_id: ID,
    prev_event_hash: nullable(SHA256),
    event_hash: SHA256,
  },
  ['task_id', 'run_id', 'step_id'],
);

const ProblemSchema = objectOf<Problem>(
  'One thing wrong with a document from outside.',
  { code: TEXT, pointer: TEXT, message: TEXT, hint: TEXT },
  ['hint'],
);

/** Open for extension members, as RFC 9457 has it. */
const ProblemDocumentSchema = {
  ...objectOf<ProblemDocument>(
    'An error: RFC 9457 problem details.',
    {
      type: { type: 'string', format: 'uri' },
      title: TEXT,
      status: { type: 'integer', minimum: 400, maximum: 599 },
      detail: TEXT,
      code: { type: 'string', pattern: '^[A-Z]+(_[A-Z]+)*$' },
      hint: TEXT,
      problems: arrayOf(refTo('Problem')),
      answer: refTo('SubmitAnswer'),
    },
    ['hint', 'problems', 'answer'],
  ),
  additionalProperties: true,
};

const SubmitAnswerSchema = objectOf<SubmitAnswer>('What became of a submitted pack.', {
  outcome: enumOf<SubmitAnswer['outcome']>({ accepted: true, duplicate: true, refused: true }),
  project_id: ID,
  task_id: nullable(ID),
  run_id: nullable(ID),
  step_id: nullable(ID),
  pack_sha256: SHA256,
  problems: arrayOf(refTo('Problem')),
  warnings: arrayOf(refTo('Problem')),
  kept_as: nullable(TEXT),
});

const heads = arrayOf(
  objectOf<ExportAnswer['heads'][number]>('Where a task log stands.', {
    task_id: ID,
    seq: COUNT,
    event_hash: SHA256,
  }),
);

const ExportAnswerSchema = objectOf<ExportAnswer>('A written archive.', {
  archive: TEXT,
  archive_id: TEXT,
  bytes: COUNT,
  files: COUNT,
  heads,
  note: TEXT,
  is_signed: FLAG,
  tasks_left_out: COUNT,
  redacted: COUNT,
  left_out: arrayOf(
    objectOf<ExportAnswer['left_out'][number]>('Evidence that an archive cannot hold.', {
      path: TEXT,
      reason: TEXT,
    }),
  ),
});

const ImportAnswerSchema = objectOf<ImportAnswer>('A read archive.', {
  project_id: ID,
  from_project_id: ID,
  archive_id: TEXT,
  outcome: enumOf<ImportAnswer['outcome']>({ imported: true, identical: true, fast_forwarded: true }),
  heads,
});

export const ANSWER_SCHEMAS = {
  Actor: ActorSchema,
  LedgerEvent: LedgerEventSchema,
  Problem: ProblemSchema,
  ProblemDocument: ProblemDocumentSchema,
  SubmitAnswer: SubmitAnswerSchema,
  ExportAnswer: ExportAnswerSchema,
  ImportAnswer: ImportAnswerSchema,
};
