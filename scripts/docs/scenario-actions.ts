import type { JsonObject, SchemaFile } from '../generate/schemas.ts';

/** Renders the actions of a scenario, each with its members; optional ones carry a question mark. */
export function renderScenarioActions(schemas: readonly SchemaFile[]): string {
  const definitions = schemas.find(({ id }) => id === 'scenario.schema.json')?.schema['$defs'] as JsonObject;
  const rows = Object.values(definitions as Readonly<Record<string, JsonObject>>).flatMap((definition) => {
    const { type, ...members } = (definition['properties'] ?? {}) as Readonly<Record<string, JsonObject>>;
    if (type?.['const'] === undefined) return [];
    const required = definition['required'] as readonly string[];
    const names = Object.keys(members).map((name) => `\`${name}\`${required.includes(name) ? '' : '?'}`);
    return [`| \`${String(type['const'])}\` | ${names.join(', ')} | ${String(definition['description'])} |`];
  });
  return ['| Action | Members | |', '| --- | --- | --- |', ...rows].join('\n');
}
