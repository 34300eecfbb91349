import { ANSWER_SCHEMAS } from './answer-schemas.ts';
import type { JsonSchema } from './schema-builders.ts';
import { TASK_SCHEMAS } from './task-schemas.ts';

/** Every named schema of the API, with its name as `$id`: `components/schemas` of the OpenAPI document. */
export const COMPONENT_SCHEMAS: readonly (JsonSchema & { readonly $id: string })[] = Object.entries({
  ...TASK_SCHEMAS,
  ...ANSWER_SCHEMAS,
}).map(([name, schema]) => ({ $id: name, ...schema }));
