import { isUtf8 } from 'node:buffer';
import { parseActor, parseEventData, sliceEventHead } from '../../protocol/event-head.ts';
import type { EventSlices } from '../../protocol/event-slices.ts';
import { isEventType, logOf } from '../../protocol/events.ts';
import type { EventDataByType } from '../../protocol/generated/types.ts';
import type { Validate } from '../../protocol/generated/validators.js';
import type { TamperCause } from './verify-report.ts';
import { decodeChunk, type LineChunk } from './walk-lines.ts';

/** The validator of each event type's data; loaded only where lines are checked strictly. */
export type Validators = { readonly [Type in keyof EventDataByType]: Validate<EventDataByType[Type]> };

/** What is wrong with a line whose hash and link are right. */
export interface ContentFault {
  readonly why: TamperCause;
  readonly detail: string;
}

/** State of the strict check over the lines of one piece. */
export interface StrictCheck {
  readonly validators: Validators | null;
  readonly unknownTypes: { readonly seq: number; readonly event_type: string }[];
  /** Text of the last actor found good. */
  actor: string;
}

/** Creates the state of a strict check; without validators no schemas are checked. */
export function createStrictCheck(validators: Validators | null): StrictCheck {
  return { validators, unknownTypes: [], actor: '' };
}

/**
 * Checks what slicing leaves open: the log that a line belongs to and, strictly, its actor and data.
 *
 * @param taskId null in a project log
 * @param strict null checks the log only
 */
export function checkContent(
  chunk: LineChunk,
  from: number,
  line: EventSlices,
  taskId: string | null,
  strict: StrictCheck | null,
): ContentFault | null {
  if (line.task_id !== (taskId ?? undefined)) {
    const owner = line.task_id === undefined ? 'a project log' : `task ${line.task_id}`;
    return { why: 'wrong_log', detail: `it belongs to ${owner}` };
  }
  if (strict === null) return null;
  // Threat: bytes that are no UTF-8 decode to the same text as others, which were not hashed.
  if (!chunk.isAscii && !isUtf8(chunk.bytes.subarray(from, line.hashAt))) {
    return { why: 'not_utf8', detail: 'its bytes are not UTF-8' };
  }
  let data: unknown;
  try {
    const head = sliceEventHead(decodeChunk(chunk, from, line.hashAt));
    // Nearly all lines of a log have one actor.
    if (head.actor !== strict.actor) parseActor(head.actor);
    strict.actor = head.actor;
    data = parseEventData(head.data);
  } catch (error) {
    return { why: 'not_canonical', detail: error instanceof Error ? error.message : String(error) };
  }
  return checkType(line, data, taskId === null ? 'project' : 'task', strict);
}

/** Unknown types are reported up to this many per piece. */
const MAX_UNKNOWN = 20;

function checkType(
  { seq, type }: EventSlices,
  data: unknown,
  log: 'project' | 'task',
  { validators, unknownTypes }: StrictCheck,
): ContentFault | null {
  if (!isEventType(type)) {
    if (unknownTypes.length < MAX_UNKNOWN) unknownTypes.push({ seq, event_type: type });
    return null;
  }
  if (logOf(type) !== log)
    return { why: 'wrong_log', detail: `a ${type} event does not belong in a ${log} log` };
  const validate = validators?.[type];
  if (validate === undefined || validate(data)) return null;
  const error = validate.errors?.[0];
  return { why: 'schema_violated', detail: `${type}${error?.instancePath ?? ''} ${error?.message ?? ''}` };
}
