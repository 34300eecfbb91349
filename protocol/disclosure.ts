import { canonicalJson, parseCanonical, type JsonValue } from './canonical-json.ts';
import { isId } from './ids.ts';
import { isObject } from './lenient-object.ts';

/** What an archive says it leaves out: its file `disclosure.json`. */
export interface Disclosure {
  readonly v: 1;
  /** An archive that leaves nothing out has no disclosure. */
  readonly complete: false;
  /** Tasks without an event since then were left out: RFC 3339; null when time did not matter. */
  readonly since: string | null;
  readonly tasks: { readonly included: readonly string[]; readonly left_out: number };
  readonly redacted: readonly (RedactedFile | RedactedEvent)[];
}

/** A file that was taken out; the line that names it keeps its digest. Paths are relative to the project folder. */
export interface RedactedFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** An event whose actor and data were taken out of the log of its task: see `RedactedLine`. */
export interface RedactedEvent {
  /** The task's log, relative to the project folder, whatever files it is kept in. */
  readonly path: string;
  readonly seq: number;
}

/** Writes a disclosure: canonical JSON and a newline. */
export function formatDisclosure(disclosure: Disclosure): string {
  return `${canonicalJson(disclosure)}\n`;
}

/** Parses a disclosure; null for anything that is not written exactly as {@link formatDisclosure} does. */
export function parseDisclosure(text: string): Disclosure | null {
  const value = parseText(text);
  if (!hasMembers(value, 'complete,redacted,since,tasks,v')) return null;
  const { v, complete, since, tasks, redacted } = value;
  if (v !== 1 || complete !== false || !(since === null || isTime(since))) return null;
  if (!isTasks(tasks) || !Array.isArray(redacted) || !redacted.every(isRedaction)) return null;
  return { v, complete, since, tasks, redacted };
}

/** Tells which lines of a log a disclosure says were redacted. @param log relative to the project folder */
export function redactedSeqs({ redacted }: Disclosure, log: string): ReadonlySet<number> {
  return new Set(redacted.flatMap((each) => ('seq' in each && each.path === log ? [each.seq] : [])));
}

type Members = Readonly<Record<string, unknown>>;

function parseText(text: string): JsonValue {
  try {
    return text.endsWith('\n') ? parseCanonical(text.slice(0, -1)) : null;
  } catch {
    return null;
  }
}

/** Canonical JSON lists the names in this order. */
function hasMembers(value: unknown, names: string): value is Members {
  return isObject(value) && Object.keys(value).join() === names;
}

function isTasks(value: unknown): value is Disclosure['tasks'] {
  if (!hasMembers(value, 'included,left_out')) return false;
  const { included, left_out } = value;
  return Array.isArray(included) && included.every(isId) && isCount(left_out);
}

function isRedaction(value: unknown): value is RedactedFile | RedactedEvent {
  if (hasMembers(value, 'bytes,path,sha256')) {
    return isCount(value['bytes']) && typeof value['path'] === 'string' && isDigest(value['sha256']);
  }
  if (!hasMembers(value, 'path,seq')) return false;
  return isTaskLog(value['path']) && isCount(value['seq']) && value['seq'] > 0;
}

/** Threat: in the place of a line of the project log, a task could be made to vanish. */
function isTaskLog(path: unknown): boolean {
  return typeof path === 'string' && /^tasks\/[^/]+\/events\.jsonl$/.test(path);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/.test(value);
}
