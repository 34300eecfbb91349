import { canonicalJson, type JsonValue } from './canonical-json.ts';
import { sha256Hex } from './digest.ts';
import { ReeveError } from './errors.ts';
import { canonicalEventData, parseEventHead } from './event-head.ts';
import { hashOfEventLine, sliceEventLine } from './event-slices.ts';
import type { EventDraft, LedgerEvent } from './events.ts';
import type { Actor } from './generated/types.ts';
import { isId } from './ids.ts';

/** Longest event line in UTF-8 bytes, its newline not counted; anything larger is an artifact. */
export const MAX_LINE_BYTES = 65_535;

/** Where a line goes: its log, and the position after the log's last line. The ids are checked by the log's owner. */
export interface LinePlace {
  readonly log_id: string;
  readonly seq: number;
  readonly prev_event_hash: string | null;
  readonly project_id: string;
  readonly task_id?: string | undefined;
}

/** The id and time of a new event; both come from outside, as this folder has no clock. */
export interface EventStamp {
  /** UUIDv7. */
  readonly id: string;
  /** RFC 3339 in UTC with milliseconds. */
  readonly time: string;
}

/** An event and its line, without the newline. */
export interface EventLine {
  readonly event: LedgerEvent;
  readonly text: string;
  /** What the hash covers: the line without its own hash, which takes {@link HASH_MEMBER_LENGTH} bytes. */
  readonly hashed: string;
}

/**
 * Builds the line of an event: RFC 8785 canonical JSON with its own SHA-256 inside.
 *
 * The data is copied, so that changing the draft later does not change the event.
 *
 * @throws ReeveError LINE_TOO_LONG above {@link MAX_LINE_BYTES}; LINE_INVALID for data that canonical JSON cannot carry,
 *   that holds a member named like the two hashes, or for a run or step id that is none
 */
export function buildEventLine(
  place: LinePlace,
  stamp: EventStamp,
  actor: Actor,
  draft: EventDraft,
): EventLine {
  const data = canonicalEventData(draft.data);
  // Composed by hand, in the order of RFC 8785: every value written unquoted here is known to need no escaping.
  const head = `{"actor":{"id":${canonicalJson(actor.id)},"kind":"${actor.kind}"},"data":${data.text},`;
  const previous = place.prev_event_hash === null ? 'null' : `"${place.prev_event_hash}"`;
  const task = place.task_id === undefined ? '' : `"task_id":"${place.task_id}",`;
  const tail =
    `"id":"${stamp.id}","log_id":"${place.log_id}","prev_event_hash":${previous},` +
    `"project_id":"${place.project_id}",${idMember('run_id', draft.run_id)}"seq":${place.seq},` +
    `${idMember('step_id', draft.step_id)}${task}` +
    `"time":"${stamp.time}","type":"${draft.type}","v":1}`;
  const hashed = head + tail;
  const event_hash = sha256Hex(hashed);
  const text = `${head}"event_hash":"${event_hash}",${tail}`;
  if (isTooLong(text)) throw tooLong(draft.type);
  return { event: toEvent(place, stamp, draft, event_hash, { actor, data: data.value }), text, hashed };
}

/**
 * Parses a line into its event, strictly: canonical form, known version, and the hash of its own bytes.
 *
 * It does not check the chain (`findChainBreak`) or the shape of the data (the schemas).
 *
 * @param text without the newline, decoded from valid UTF-8
 * @throws ReeveError LINE_TOO_LONG, LINE_INVALID
 */
export function parseEventLine(text: string): LedgerEvent {
  if (isTooLong(text)) throw tooLong('unknown');
  const slices = sliceEventLine(text);
  if (slices === null) throw invalid('it is not an event in canonical form', hintFor(text));
  if (slices.v !== 1) throw invalid(`its version ${slices.v} is not known`, 'Use a newer Reeve.');
  if (hashOfEventLine(text, slices.hashAt) !== slices.event_hash) {
    throw invalid('its hash is not the hash of its bytes', 'Something changed the line: run `reeve verify`.');
  }
  const head = parseEventHead(text.slice(0, slices.hashAt));
  return toEvent(slices, slices, slices, slices.event_hash, head);
}

/** Absent ids are absent members, as in the line. The caller vouches that type and data belong together. */
function toEvent(
  place: LinePlace,
  stamp: EventStamp,
  kind: {
    readonly type: string;
    readonly run_id?: string | undefined;
    readonly step_id?: string | undefined;
  },
  event_hash: string,
  head: { readonly actor: Actor; readonly data: JsonValue },
): LedgerEvent {
  const event: Record<string, unknown> = {
    v: 1,
    log_id: place.log_id,
    seq: place.seq,
    id: stamp.id,
    time: stamp.time,
    type: kind.type,
    actor: head.actor,
    data: head.data,
    project_id: place.project_id,
  };
  if (place.task_id !== undefined) event['task_id'] = place.task_id;
  if (kind.run_id !== undefined) event['run_id'] = kind.run_id;
  if (kind.step_id !== undefined) event['step_id'] = kind.step_id;
  event['prev_event_hash'] = place.prev_event_hash;
  event['event_hash'] = event_hash;
  return event as unknown as LedgerEvent;
}

function idMember(name: string, id: string | undefined): string {
  if (id === undefined) return '';
  if (!isId(id)) throw invalid(`its ${name} is not an identifier`);
  return `"${name}":"${id}",`;
}

function isTooLong(text: string): boolean {
  if (text.length > MAX_LINE_BYTES) return true;
  // One UTF-16 unit takes at most three bytes: most lines need no counting.
  if (text.length * 3 <= MAX_LINE_BYTES) return false;
  return new TextEncoder().encode(text).length > MAX_LINE_BYTES;
}

function hintFor(text: string): string {
  if (text.endsWith('\r'))
    return 'The line ends in CR LF: git autocrlf may have changed it; restore it as binary.';
  if (text.startsWith('\uFEFF'))
    return 'A byte order mark was put in front of it; an editor may have saved it.';
  return 'A ledger is never edited: run `reeve verify` to see what changed.';
}

function tooLong(type: string): ReeveError {
  return new ReeveError('LINE_TOO_LONG', `An event line (${type}) is longer than ${MAX_LINE_BYTES} bytes.`, {
    hint: 'Store large content as an artifact and refer to it by digest.',
  });
}

function invalid(reason: string, hint = 'A ledger is never edited: run `reeve verify`.'): ReeveError {
  return new ReeveError('LINE_INVALID', `Not a ledger line: ${reason}.`, { hint });
}
