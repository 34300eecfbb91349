import { validateConfig } from '../../protocol/generated/validators.js';
import { explainSchemaErrors } from './explain-schema-errors.ts';
import type { SchemaProblem } from './explain-schema-errors.ts';

/** Every problem of a settings document under `schemas/config.schema.json`; none when it is valid. */
export function validateSettings(document: unknown): readonly SchemaProblem[] {
  if (validateConfig(document)) return [];
  return explainSchemaErrors(validateConfig.errors ?? []);
}
