import { compile } from 'json-schema-to-typescript';
import type { JSONSchema } from 'json-schema-to-typescript';
import prettier from 'prettier';
import ts from 'typescript';
import { HEADER } from './schemas.ts';
import type { Json, JsonObject, SchemaFile } from './schemas.ts';

const ROOT_TYPE = 'AllSchemas';

/**
 * Renders one readonly type for every schema and definition, and the map from event type to its data.
 *
 * All schemas are compiled as definitions of one, so that a shared definition is declared once.
 */
export async function renderTypes(schemas: readonly SchemaFile[]): Promise<string> {
  const definitions = collectDefinitions(schemas);
  const root = { title: ROOT_TYPE, type: 'object', additionalProperties: false, definitions } as JSONSchema;
  const code = await compile(root, ROOT_TYPE, {
    additionalProperties: false,
    bannerComment: '',
    format: false,
    ignoreMinAndMaxItems: true,
    unreachableDefinitions: true,
  });
  return formatTypeScript(`${toReadonly(code)}\n${renderEventDataByType(schemas)}`);
}

/** Renders the list of event types, each with the log it belongs to. */
export async function renderEventTypes(schemas: readonly SchemaFile[]): Promise<string> {
  const entries = schemas.flatMap(({ event }) => (event ? [`'${event.type}': '${event.log}',`] : []));
  return formatTypeScript(`
    /** Every event type, with the log it belongs to. */
    export const EVENT_LOGS = {
      ${entries.join('\n')}
    } as const;

    export type EventType = keyof typeof EVENT_LOGS;
  `);
}

/** Formats generated code as the repository's own, under the header of generated files. */
export async function formatTypeScript(code: string): Promise<string> {
  const options = await prettier.resolveConfig(import.meta.filename);
  return prettier.format(`// ${HEADER}\n\n${code}`, { ...options, parser: 'typescript' });
}

function collectDefinitions(schemas: readonly SchemaFile[]): Readonly<Record<string, JsonObject>> {
  const definitions: Record<string, JsonObject> = {};
  const add = (name: string, schema: JsonObject) => {
    if (name in definitions) {
      throw new Error(`two schemas are named ${name}`);
    }
    const { $schema: _, $id: __, $defs: ___, ...body } = schema;
    definitions[name] = rewriteReferences(body) as JsonObject;
  };
  for (const { title, schema } of schemas) {
    if (title !== null) {
      add(title, schema);
    }
    for (const [name, definition] of Object.entries((schema['$defs'] ?? {}) as JsonObject)) {
      add(name, definition as JsonObject);
    }
  }
  return definitions;
}

/** Points references at the one root; a described one is wrapped, or the compiler would declare its type anew. */
function rewriteReferences(value: Json): Json {
  if (Array.isArray(value)) {
    return value.map(rewriteReferences);
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  const { $ref, ...rest } = value as JsonObject;
  const { properties: _, type: __, discriminator, ...union } = rest;
  const siblings = Object.entries(discriminator === undefined ? rest : union);
  const body = Object.fromEntries(siblings.map(([key, member]) => [key, rewriteReferences(member)]));
  if (typeof $ref !== 'string') {
    return body;
  }
  const reference = { $ref: $ref.replace(/^.*#\/\$defs\//, '#/definitions/') };
  return siblings.length === 0 ? reference : { ...body, allOf: [reference] };
}

/** Marks every property and array readonly; the compiler has no such option. */
function toReadonly(code: string): string {
  const source = ts.createSourceFile('types.ts', code, ts.ScriptTarget.Latest, true);
  const removed = source.statements.find(
    (node) => ts.isInterfaceDeclaration(node) && node.name.text === ROOT_TYPE,
  );
  const edits: { readonly at: number; readonly text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertySignature(node) || ts.isIndexSignatureDeclaration(node) || ts.isArrayTypeNode(node)) {
      edits.push({ at: node.getStart(), text: 'readonly ' });
    }
    ts.forEachChild(node, visit);
  };
  source.statements.filter((node) => node !== removed).forEach(visit);
  let result = code;
  for (const { at, text } of edits.toSorted((a, b) => b.at - a.at)) {
    result = result.slice(0, at) + text + result.slice(at);
  }
  return result.replace(removed?.getText() ?? '', '').replace(/^ *\/\*\*[^]*?\*\/\n/gm, tidyComment);
}

/** Drops what the compiler adds to a comment and the reader does not need. */
function tidyComment(comment: string): string {
  const lines = comment.split('\n').map((line) => line.replace(/^ *(\/\*\*|\*\/|\*) ?/, ''));
  const text = lines.filter((line) => !/^(@(min|max)Items|This interface was|via the `def|$)/.test(line));
  return text.length === 0 ? '' : `/** ${text.join('\n * ')} */\n`;
}

function renderEventDataByType(schemas: readonly SchemaFile[]): string {
  const members = schemas.flatMap(({ event, title }) =>
    event ? [`readonly '${event.type}': ${title};`] : [],
  );
  return `/** The data of each event type. */
    export interface EventDataByType {
      ${members.join('\n')}
    }`;
}
