import type { Json, JsonObject, SchemaFile } from './schemas.ts';
import { formatTypeScript } from './types.ts';

/** The documents that people and workers write by hand, and so misspell. */
const DOCUMENTS: readonly string[] = ['StepPackDocument', 'StepResult', 'ReworkPack'];

/** Renders the keys of every closed object, and of each document itself, by JSON pointer with `*` for an index. */
export async function renderKnownKeys(schemas: readonly SchemaFile[]): Promise<string> {
  const tables = DOCUMENTS.map((title) => {
    const file = schemas.find((schema) => schema.title === title);
    if (file === undefined) {
      throw new Error(`no schema is named ${title}`);
    }
    const table = Object.fromEntries(closedObjects(schemas, file, file.schema, ''));
    return `${title}: ${JSON.stringify(table)},`;
  });
  return formatTypeScript(`
    /** The keys of every closed object, and of each document itself, by JSON pointer with \`*\` for an index. */
    export const KNOWN_KEYS = { ${tables.join('\n')} } as const;
  `);
}

type KeysAt = readonly [pointer: string, keys: readonly string[]];

function closedObjects(
  schemas: readonly SchemaFile[],
  file: SchemaFile,
  schema: JsonObject,
  pointer: string,
): readonly KeysAt[] {
  const { $ref, anyOf, items, properties, additionalProperties } = schema;
  if (typeof $ref === 'string') {
    const target = resolve(schemas, file, $ref);
    return closedObjects(schemas, target.file, target.schema, pointer);
  }
  const below = (value: Json | undefined, at: string) =>
    value === undefined ? [] : closedObjects(schemas, file, value as JsonObject, at);
  const members = Object.entries((properties ?? {}) as JsonObject);
  return [
    ...(additionalProperties === false || pointer === ''
      ? [[pointer, members.map(([key]) => key)] as const]
      : []),
    ...members.flatMap(([key, member]) => below(member, `${pointer}/${key}`)),
    ...below(items, `${pointer}/*`),
    ...((anyOf ?? []) as readonly Json[]).flatMap((branch) => below(branch, pointer)),
  ];
}

function resolve(schemas: readonly SchemaFile[], file: SchemaFile, reference: string) {
  const [id, name] = reference.split('#/$defs/');
  const target = id === '' ? file : schemas.find((schema) => schema.id === id);
  const schema = (target?.schema['$defs'] as JsonObject | undefined)?.[String(name)];
  if (target === undefined || schema === undefined) {
    throw new Error(`${file.id}: ${reference} leads nowhere`);
  }
  return { file: target, schema: schema as JsonObject };
}
