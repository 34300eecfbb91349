import type { ChainLink } from './chain.ts';
import { sha256Hex } from './digest.ts';

/** Length of the member `"event_hash":"<64 digits>",`, which the hash does not cover. */
export const HASH_MEMBER_LENGTH = 80;

/** What can be read off a line by slicing, without parsing its actor and data. */
export interface EventSlices extends ChainLink {
  /** Index in the sliced text at which the member `"event_hash"` begins. */
  readonly hashAt: number;
  readonly v: number;
  readonly project_id: string;
  readonly run_id: string | undefined;
  readonly step_id: string | undefined;
  readonly task_id: string | undefined;
  readonly time: string;
  readonly type: string;
}

/**
 * Slices an event line inside a text, or answers null where there is none.
 *
 * Everything after the hash is checked to the byte; actor and data are left to `parseEventHead`. Works on a
 * text in which each character stands for one byte as well, as everything sliced is ASCII.
 */
export function sliceEventLine(text: string, from = 0, to = text.length): EventSlices | null {
  if (text[from] !== '{') return null;
  // A key such as x"event_hash inside data shows the same characters behind a backslash: try each place.
  let hashAt = text.indexOf(HASH_MEMBER, Math.max(from, to - MAX_TAIL));
  while (hashAt !== -1 && hashAt < to) {
    TAIL.lastIndex = hashAt;
    const match = TAIL.exec(text);
    const isWhole = TAIL.lastIndex === to && text[hashAt - 1] === ',';
    if (match !== null && isWhole) return toSlices(match, hashAt);
    hashAt = text.indexOf(HASH_MEMBER, hashAt + 1);
  }
  return null;
}

/** Computes the hash a line must carry: SHA-256 over its UTF-8 bytes without the member `"event_hash":"…",`. */
export function hashOfEventLine(text: string, hashAt: number): string {
  return sha256Hex(text.slice(0, hashAt) + text.slice(hashAt + HASH_MEMBER_LENGTH));
}

const HASH_MEMBER = '"event_hash":"';

/** Longer than everything from the hash to the end of the longest possible line. */
const MAX_TAIL = 1200;

const ID = '[A-Za-z0-9][A-Za-z0-9._-]{0,127}';

/** Everything from the hash to the end, in the one order that RFC 8785 allows. */
const TAIL = new RegExp(
  '"event_hash":"([0-9a-f]{64})",' +
    '"id":"([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})",' +
    '"log_id":"([0-9a-f]{32})",' +
    '"prev_event_hash":(?:null|"([0-9a-f]{64})"),' +
    `"project_id":"(${ID})",` +
    `(?:"run_id":"(${ID})",)?` +
    '"seq":([1-9][0-9]{0,14}),' +
    `(?:"step_id":"(${ID})",)?` +
    `(?:"task_id":"(${ID})",)?` +
    '"time":"(\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z)",' +
    '"type":"([a-z]+(?:_[a-z]+)*\\.[a-z]+(?:_[a-z]+)*)",' +
    '"v":([0-9]{1,9})\\}',
  'y',
);

function toSlices(match: RegExpExecArray, hashAt: number): EventSlices {
  const [, event_hash, id, log_id, previous, project_id, run_id, seq, step_id, task_id, time, type, v] =
    match;
  return {
    hashAt,
    event_hash: String(event_hash),
    id: String(id),
    log_id: String(log_id),
    prev_event_hash: previous ?? null,
    project_id: String(project_id),
    run_id,
    seq: Number(seq),
    step_id,
    task_id,
    time: String(time),
    type: String(type),
    v: Number(v),
  };
}
