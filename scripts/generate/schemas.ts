import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A JSON value of a schema file. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** One schema file. */
export interface SchemaFile {
  /** Its `$id`: the path below `schemas/`. */
  readonly id: string;
  /** The name of its type; null for a file that only holds definitions. */
  readonly title: string | null;
  readonly schema: JsonObject;
  /** The event type and the log it belongs to, for a schema of `events/`. */
  readonly event: { readonly type: string; readonly log: string } | null;
}

/** The header of every generated file. */
export const HEADER = 'generated; npm run generate';

/** Reads every schema below a folder, sorted by id, and checks that each file's `$id` is its own path. */
export async function readSchemas(folder: string): Promise<readonly SchemaFile[]> {
  const entries = await readdir(folder, { recursive: true });
  const ids = entries
    .map((entry) => entry.split(path.sep).join('/'))
    .filter((id) => id.endsWith('.schema.json'));
  return Promise.all(ids.toSorted().map((id) => readSchema(folder, id)));
}

async function readSchema(folder: string, id: string): Promise<SchemaFile> {
  const schema = JSON.parse(await readFile(path.join(folder, id), 'utf8')) as JsonObject;
  if (schema['$id'] !== id) {
    throw new Error(`schemas/${id}: its $id must be "${id}"`);
  }
  const title = 'type' in schema ? String(schema['title']) : null;
  if (title !== null && !/^[A-Z][A-Za-z0-9]*$/.test(title)) {
    throw new Error(`schemas/${id}: its title must be a type name, not "${title}"`);
  }
  const type = /^events\/(.+)\.schema\.json$/.exec(id)?.[1];
  const event = type === undefined ? null : { type, log: String(schema['x-log']) };
  return { id, title, schema, event };
}
