import type { FastifyInstance } from 'fastify';
import type { TaskStatus } from '../../../protocol/generated/types.ts';
import type { Queries, TaskSummary } from '../../ports/services.ts';
import { routeSchema } from '../openapi/route-schema.ts';
import { arrayOf, COUNT, ID, nullable, objectOf, refTo, TEXT } from '../openapi/schema-builders.ts';
import { TASK_STATUS } from '../openapi/task-schemas.ts';

interface ListQuery {
  readonly project?: string;
  readonly status?: readonly TaskStatus[];
  readonly limit: number;
  readonly after?: string;
}

/** Routes that list projects and tasks, and show one task. */
export function registerTaskRoutes(app: FastifyInstance, queries: Queries): void {
  app.get('/api/v1/projects', { schema: listProjects }, async () => ({
    data: await queries.listProjects(),
    meta: {},
  }));

  app.get<{ Querystring: ListQuery }>('/api/v1/tasks', { schema: listTasks }, async ({ query }) => {
    const tasks = await queries.listTasks(query.project);
    const matching = query.status === undefined ? tasks : tasks.filter(hasStatus(query.status));
    return page(matching, query.after ?? '', query.limit);
  });

  app.get<{ Params: { task_id: string }; Querystring: { project?: string } }>(
    '/api/v1/tasks/:task_id',
    { schema: showTask },
    async ({ params, query }) => ({ data: await queries.showTask(params.task_id, query.project), meta: {} }),
  );
}

function hasStatus(statuses: readonly TaskStatus[]): (task: TaskSummary) => boolean {
  const wanted = new Set(statuses);
  return (task) => wanted.has(task.status);
}

/** The cursor is the last row's key, not its position: rows that come or go between two pages shift nothing. */
function page(tasks: readonly TaskSummary[], after: string, limit: number) {
  const rest = tasks
    .map((task) => ({ task, key: `${task.project_id}/${task.task_id}` }))
    .filter(({ key }) => key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const rows = rest.slice(0, limit);
  const next = rest.length > limit ? (rows.at(-1)?.key ?? null) : null;
  return { data: rows.map(({ task }) => task), meta: { total: tasks.length, next } };
}

const listProjects = routeSchema({
  summary: 'Every project with its task counts',
  tag: 'read',
  answers: { 200: { description: 'Projects by id.', data: arrayOf(refTo('ProjectSummary')) } },
});

const listTasks = routeSchema({
  summary: 'Tasks by project and id',
  tag: 'read',
  query: {
    project: ID,
    status: { ...arrayOf(TASK_STATUS), maxItems: 7 },
    limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
    after: {
      type: 'string',
      description: 'The previous page’s meta.next.',
      maxLength: 257,
      pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*$',
    },
  },
  answers: {
    200: {
      description: 'One page.',
      data: arrayOf(refTo('TaskSummary')),
      meta: objectOf<{ total: number; next: string | null }>('Where the page stands.', {
        total: { ...COUNT, description: 'Rows on all pages.' },
        next: nullable(TEXT),
      }),
    },
  },
});

const showTask = routeSchema({
  summary: 'One task with its attempts',
  tag: 'read',
  params: { task_id: ID },
  query: { project: ID },
  answers: { 200: { description: 'The task.', data: refTo('TaskDetail') } },
});
