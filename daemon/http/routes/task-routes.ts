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
  const rows = firstByKey(tasks, after, limit + 1);
  const next = rows.length > limit ? (rows[limit - 1]?.key ?? null) : null;
  return { data: rows.slice(0, limit).map(({ task }) => task), meta: { total: tasks.length, next } };
}

interface Row {
  readonly key: string;
  readonly task: TaskSummary;
}

/** The first rows behind a key, by key: sorting all tasks for one page would keep the daemon busy. */
function firstByKey(tasks: readonly TaskSummary[], after: string, count: number): readonly Row[] {
  const rows: Row[] = [];
  for (const task of tasks) {
    const key = `${task.project_id}/${task.task_id}`;
    const last = rows.length < count ? undefined : rows[count - 1];
    if (key <= after || (last !== undefined && key >= last.key)) continue;
    rows.splice(placeOf(rows, key), 0, { key, task });
    if (rows.length > count) rows.pop();
  }
  return rows;
}

function placeOf(rows: readonly Row[], key: string): number {
  let low = 0;
  for (let high = rows.length; low < high;) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.key ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
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
