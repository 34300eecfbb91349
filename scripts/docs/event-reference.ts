import type { Json, JsonObject, SchemaFile } from '../generate/schemas.ts';

/** Shapes whose values have a page of their own. */
const ELSEWHERE: Readonly<Record<string, string>> = { ReasonCode: 'protocol.md#reason-codes' };

/** Renders one section per event type: its log, its meaning and every field of its data. */
export function renderEvents(schemas: readonly SchemaFile[]): string {
  return schemas
    .flatMap(({ event, schema }) => (event === null ? [] : [renderEvent(event, schema)]))
    .join('\n\n');
}

/** Renders the shared shapes that the events use, directly or through one another. */
export function renderShapes(schemas: readonly SchemaFile[]): string {
  const definitions = schemas.find(({ id }) => id === 'common.schema.json')?.schema['$defs'] as JsonObject;
  const used = new Set<string>();
  const follow = (value: Json): void => {
    for (const name of referencesIn(value)) {
      if (used.has(name)) continue;
      used.add(name);
      follow(definitions[name] ?? null);
    }
  };
  for (const { event, schema } of schemas) if (event !== null) follow(schema);
  return [...used]
    .filter((name) => !(name in ELSEWHERE))
    .toSorted()
    .map((name) => renderShape(name, definitions[name] as JsonObject))
    .join('\n\n');
}

function renderEvent(
  { type, log }: { readonly type: string; readonly log: string },
  schema: JsonObject,
): string {
  return [`### ${type}`, `${String(schema['description'])} In the ${log} log.`, renderFields(schema)].join(
    '\n\n',
  );
}

function renderShape(name: string, schema: JsonObject): string {
  const about = String(schema['description'] ?? '');
  if ('properties' in schema) return [`### ${name}`, about, renderFields(schema)].join('\n\n');
  return [`### ${name}`, [about, `${typeOf(schema)}${patternOf(schema)}.`].join(' ').trim()].join('\n\n');
}

function patternOf({ pattern }: JsonObject): string {
  return pattern === undefined ? '' : ` matching \`${String(pattern)}\``;
}

function renderFields(schema: JsonObject): string {
  return ['| Field | Type | Meaning |', '| --- | --- | --- |', ...fieldRows(schema, '')].join('\n');
}

/** The members of an object, those of inline objects below their own row. */
function fieldRows(schema: JsonObject, prefix: string): readonly string[] {
  const required = (schema['required'] ?? []) as readonly string[];
  return Object.entries(schema['properties'] as Readonly<Record<string, JsonObject>>).flatMap(
    ([key, field]) => {
      const name = `${prefix}${key}`;
      const optional = required.includes(key) ? '' : ', may be absent';
      const row = `| \`${name}\` | ${typeOf(field)}${optional} | ${meaningOf(field)} |`;
      const inner = innerObject(field);
      return inner === null ? [row] : [row, ...fieldRows(inner.schema, `${name}${inner.suffix}.`)];
    },
  );
}

/** The object whose members deserve rows: the field itself, its elements, or what it is when it is not null. */
function innerObject(field: JsonObject): { readonly schema: JsonObject; readonly suffix: string } | null {
  if ('properties' in field) return { schema: field, suffix: '' };
  const { items, anyOf } = field;
  const within = items === undefined ? null : innerObject(items as JsonObject);
  if (within !== null) return { schema: within.schema, suffix: `[]${within.suffix}` };
  const choices = (anyOf ?? []) as readonly JsonObject[];
  return choices.map(innerObject).find((inner) => inner !== null) ?? null;
}

function typeOf(schema: JsonObject): string {
  const { $ref, const: constant, enum: values, anyOf, items, type } = schema;
  if (typeof $ref === 'string') return linkTo(nameOf($ref));
  if (constant !== undefined) return `\`${JSON.stringify(constant)}\``;
  if (values !== undefined)
    return (values as readonly Json[]).map((value) => `\`${String(value)}\``).join(', ');
  if (anyOf !== undefined) return (anyOf as readonly JsonObject[]).map(typeOf).join(' or ');
  if (items !== undefined) return `list of ${typeOf(items as JsonObject)}`;
  return String(type);
}

function linkTo(name: string): string {
  return `[${name}](${ELSEWHERE[name] ?? `#${name.toLowerCase()}`})`;
}

function meaningOf({ description, maxItems, maxLength }: JsonObject): string {
  const bounds = [
    ...(maxItems === undefined ? [] : [`At most ${String(maxItems)} entries.`]),
    ...(maxLength === undefined ? [] : [`At most ${String(maxLength)} characters.`]),
  ];
  return [...(description === undefined ? [] : [String(description)]), ...bounds]
    .join(' ')
    .replaceAll('|', '\\|');
}

function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}

function referencesIn(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value as JsonObject).flatMap(([key, member]) =>
    key === '$ref' ? [nameOf(String(member))] : referencesIn(member),
  );
}
