import type { FastifyInstance } from 'fastify';
import type { Actor, FinalStatus } from '../../../protocol/generated/types.ts';
import type { Commands, ReportedAttempt } from '../../ports/services.ts';
import { routeSchema } from '../openapi/route-schema.ts';
import { arrayOf, COUNT, enumOf, ID, nullable, refTo } from '../openapi/schema-builders.ts';
import type { JsonSchema } from '../openapi/schema-builders.ts';
import { FINAL_STATUS } from '../openapi/task-schemas.ts';

interface TaskCommand<Body> {
  readonly Params: { readonly project_id: string; readonly task_id: string };
  readonly Body: Body & { readonly actor?: Actor };
}

const TASK = '/api/v1/projects/:project_id/tasks/:task_id';

/** Who acts when the request does not say. */
const HTTP_TOOL: Actor = { kind: 'tool', id: 'http' };

/** Routes that write to one task: an outside tool's attempt, the close, fresh retries. */
export function registerTaskCommandRoutes(app: FastifyInstance, commands: Commands): void {
  app.post<TaskCommand<ReportedAttempt>>(
    `${TASK}/attempts`,
    { schema: reportAttempt },
    async ({ params, body: { actor = HTTP_TOOL, ...attempt } }, reply) => {
      reply.code(201);
      return {
        data: await commands.reportAttempt(params.project_id, params.task_id, attempt, actor),
        meta: {},
      };
    },
  );

  app.post<TaskCommand<{ final_status: FinalStatus; detail: string }>>(
    `${TASK}/close`,
    { schema: closeTask },
    async ({ params, body: { actor = HTTP_TOOL, ...close } }) => {
      return { data: await commands.closeTask(params.project_id, params.task_id, close, actor), meta: {} };
    },
  );

  app.post<TaskCommand<{ reason: string }>>(
    `${TASK}/retry`,
    { schema: retryTask },
    async ({ params, body: { actor = HTTP_TOOL, reason } }) => {
      return { data: await commands.retryTask(params.project_id, params.task_id, reason, actor), meta: {} };
    },
  );
}

const verdict = enumOf<'PASS' | 'FAIL'>({ PASS: true, FAIL: true });
const prose = { type: 'string', maxLength: 4000 };

function bodyOf(properties: Readonly<Record<string, JsonSchema>>, required: readonly string[]): JsonSchema {
  return {
    type: 'object',
    additionalProperties: false,
    required,
    properties: { ...properties, actor: refTo('Actor') },
  };
}

const attemptBody: Readonly<Record<keyof ReportedAttempt, JsonSchema>> = {
  run_id: ID,
  step_id: ID,
  r: COUNT,
  s: COUNT,
  attempt_id: ID,
  result: verdict,
  controller_verdict: nullable(verdict),
  reason_code: { type: 'string', pattern: '^[A-Z]+(_[A-Z]+)*$', maxLength: 64 },
  reason_detail: prose,
  files_changed: { ...arrayOf({ type: 'string', minLength: 1, maxLength: 4096 }), maxItems: 10_000 },
  title: { type: 'string', minLength: 1, maxLength: 500 },
};

const params = { project_id: ID, task_id: ID };
const event = refTo('LedgerEvent');

const reportAttempt = routeSchema({
  summary: 'Record an attempt made by an outside tool',
  tag: 'write',
  params,
  body: bodyOf(attemptBody, [
    'run_id',
    'step_id',
    'result',
    'controller_verdict',
    'reason_code',
    'reason_detail',
    'files_changed',
  ]),
  answers: { 201: { description: 'Recorded, as this event.', data: event } },
});

const closeTask = routeSchema({
  summary: 'Close a task',
  tag: 'write',
  params,
  body: bodyOf({ final_status: FINAL_STATUS, detail: prose }, ['final_status', 'detail']),
  answers: { 200: { description: 'Closed, as this event.', data: event } },
});

const retryTask = routeSchema({
  summary: 'Give a task that needs a person a fresh set of retries',
  tag: 'write',
  params,
  body: bodyOf({ reason: { ...prose, minLength: 1 } }, ['reason']),
  answers: { 200: { description: 'Reset, as this event.', data: event } },
});
