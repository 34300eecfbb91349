import { parseCanonical, toCanonical, type CanonicalForm, type JsonValue } from './canonical-json.ts';
import { ReeveError } from './errors.ts';
import type { Actor } from './generated/types.ts';

/** The part of a line before its hash: what slicing does not show. */
export interface EventHead {
  readonly actor: Actor;
  readonly data: Readonly<Record<string, JsonValue>>;
}

/**
 * Parses what stands before a line's hash: `{"actor":{…},"data":{…},`.
 *
 * @throws ReeveError LINE_INVALID when it is not canonical, not an actor and an object, or names a hash inside
 */
export function parseEventHead(text: string): EventHead {
  const parts = sliceEventHead(text);
  return { actor: parseActor(parts.actor), data: parseEventData(parts.data) };
}

/**
 * Slices what stands before a line's hash into the texts of actor and data, each still to be parsed.
 *
 * @throws ReeveError LINE_INVALID when it has no such parts
 */
export function sliceEventHead(text: string): { readonly actor: string; readonly data: string } {
  // No string can hold these characters: there a quotation mark stands behind a backslash.
  const dataAt = text.indexOf(DATA_MEMBER);
  if (!text.startsWith(ACTOR_MEMBER) || dataAt === -1) throw invalid();
  return {
    actor: text.slice(ACTOR_MEMBER.length, dataAt),
    data: text.slice(dataAt + DATA_MEMBER.length, -1),
  };
}

/** Parses the text of an actor. @throws ReeveError LINE_INVALID */
export function parseActor(text: string): Actor {
  const value = parseCanonical(text);
  if (!isPlainObject(value) || Object.keys(value).join() !== 'id,kind') throw invalid();
  const { id, kind } = value;
  if (typeof id !== 'string' || (kind !== 'daemon' && kind !== 'person' && kind !== 'tool')) {
    throw invalid();
  }
  return { id, kind };
}

/** Parses the text of an event's data. @throws ReeveError LINE_INVALID, also for a hash named inside */
export function parseEventData(text: string): Readonly<Record<string, JsonValue>> {
  const value = parseCanonical(text);
  if (!isPlainObject(value)) throw invalid();
  assertNamesNoHash(text, value);
  return value;
}

/** Copies an event's data into canonical form. @throws ReeveError LINE_INVALID, also for a hash named inside */
export function canonicalEventData(data: unknown): CanonicalForm {
  const form = toCanonical(data);
  assertNamesNoHash(form.text, form.value);
  return form;
}

/** Threat: a hash inside data would let a verifier that slices bytes be shown another line than one that parses. */
function assertNamesNoHash(text: string, value: JsonValue): void {
  // One search through the text instead of a look at every name: both hashes end alike.
  if (!text.includes('event_hash":') || !namesHash(value)) return;
  throw new ReeveError(
    'LINE_INVALID',
    'Not a ledger line: its data has a member named like a hash of the line.',
    {
      hint: 'Name it otherwise: event_hash and prev_event_hash are kept for the line itself.',
    },
  );
}

function namesHash(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some(namesHash);
  if (!isPlainObject(value)) return false;
  return Object.entries(value).some(([name, member]) => HASH_NAMES.has(name) || namesHash(member));
}

const HASH_NAMES: ReadonlySet<string> = new Set(['event_hash', 'prev_event_hash']);

const ACTOR_MEMBER = '{"actor":';

const DATA_MEMBER = ',"data":';

function isPlainObject(value: JsonValue): value is Readonly<Record<string, JsonValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(): ReeveError {
  return new ReeveError('LINE_INVALID', 'Not a ledger line: it does not begin with an actor and data.', {
    hint: 'A ledger is never edited: run `reeve verify`.',
  });
}
