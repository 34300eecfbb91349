import type { FastifySchema } from 'fastify';
import { PROBLEM_MEDIA_TYPE } from '../problem-document.ts';
import { refTo } from './schema-builders.ts';
import type { JsonSchema } from './schema-builders.ts';

/** What a route takes and gives. */
export interface RouteDescription {
  readonly summary: string;
  readonly tag: 'read' | 'write' | 'daemon';
  readonly params?: Readonly<Record<string, JsonSchema>>;
  /** Query parameters; names in `requiredQuery` must be present, unknown ones are refused. */
  readonly query?: Readonly<Record<string, JsonSchema>>;
  readonly requiredQuery?: readonly string[];
  readonly headers?: Readonly<Record<string, JsonSchema>>;
  readonly body?: JsonSchema;
  /** By status: a description and the schema of `data`, with that of `meta` where it says something. */
  readonly answers: Readonly<Record<number, Answer>>;
  readonly isPublic?: boolean;
}

export type Answer =
  | {
      readonly description: string;
      readonly data: JsonSchema;
      readonly meta?: JsonSchema;
      readonly also?: Content;
    }
  | { readonly description: string; readonly only: Content };

/** Schemas by media type. */
type Content = Readonly<Record<string, JsonSchema>>;

/** Turns a description into the schema fastify validates by and OpenAPI is generated from. */
export function routeSchema(route: RouteDescription): FastifySchema {
  const response: Record<string, unknown> = {};
  for (const [status, answer] of Object.entries(route.answers)) response[status] = describe(answer);
  response['default'] = {
    description: 'A problem.',
    content: { [PROBLEM_MEDIA_TYPE]: { schema: refTo('ProblemDocument') } },
  };
  return {
    summary: route.summary,
    tags: [route.tag],
    ...(route.isPublic === true ? { security: [] } : {}),
    ...(route.params === undefined ? {} : { params: strict(route.params, Object.keys(route.params)) }),
    // Health answers need no validator, and so do not wait for it to load.
    ...(route.isPublic === true ? {} : { querystring: strict(route.query ?? {}, route.requiredQuery ?? []) }),
    // Not strict: a client sends headers that are none of this API's business.
    ...(route.headers === undefined ? {} : { headers: { type: 'object', properties: route.headers } }),
    ...(route.body === undefined ? {} : { body: route.body }),
    response,
  };
}

function strict(properties: Readonly<Record<string, JsonSchema>>, required: readonly string[]): JsonSchema {
  return { type: 'object', additionalProperties: false, properties, required };
}

function describe(answer: Answer): { readonly description: string; readonly content: unknown } {
  const { description } = answer;
  if ('only' in answer) return { description, content: toContent(answer.only) };
  const envelope = strict({ data: answer.data, meta: answer.meta ?? strict({}, []) }, ['data', 'meta']);
  return { description, content: toContent({ 'application/json': envelope, ...answer.also }) };
}

function toContent(schemas: Content): Readonly<Record<string, { readonly schema: JsonSchema }>> {
  return Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, { schema }]));
}
