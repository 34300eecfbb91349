/** A JSON Schema 2020-12 object schema, as OpenAPI 3.1 takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Keys a JSON object of type T may leave out. */
type OptionalKeys<T> = { readonly [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];

/** A schema per key of T, so that the API's description cannot drift from the TypeScript interface it describes. */
export function objectOf<T>(
  description: string,
  properties: { readonly [K in keyof T]-?: JsonSchema },
  optional: readonly OptionalKeys<T>[] = [],
): JsonSchema {
  const names = Object.keys(properties);
  const omissible: readonly PropertyKey[] = optional;
  const required = names.filter((name) => !omissible.includes(name));
  return { type: 'object', description, additionalProperties: false, required, properties };
}

export function arrayOf(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

/** A reference to a schema of `component-schemas.ts`. */
export function refTo(name: string): JsonSchema {
  return { $ref: `${name}#` };
}

export function nullable(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'null' }] };
}

/** All members of a string union; the record makes the compiler check that none is missing. */
export function enumOf<T extends string>(members: Readonly<Record<T, true>>): JsonSchema {
  return { type: 'string', enum: Object.keys(members) };
}

export const TEXT: JsonSchema = { type: 'string' };
export const COUNT: JsonSchema = { type: 'integer', minimum: 0 };
export const FLAG: JsonSchema = { type: 'boolean' };
export const SHA256: JsonSchema = { type: 'string', pattern: '^[0-9a-f]{64}$' };
export const TIME: JsonSchema = {
  type: 'string',
  description: 'RFC 3339 in UTC with milliseconds.',
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$',
};
export const ID: JsonSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 128,
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$',
};
/** UUIDv7: the id of an event, and the cursor of the event stream. */
export const EVENT_ID: JsonSchema = {
  type: 'string',
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
};
