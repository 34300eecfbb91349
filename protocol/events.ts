import { EVENT_LOGS, type EventType } from './generated/event-types.ts';
import type { EventDataByType, EventEnvelope } from './generated/types.ts';

/** One event of a given type, as a ledger line holds it (`schemas/event.schema.json`). */
export type EventOf<Type extends EventType> = Omit<EventEnvelope, 'type' | 'data'> & {
  readonly type: Type;
  readonly data: EventDataByType[Type];
};

/** Any event, discriminated by `type`. */
export type LedgerEvent = { readonly [Type in EventType]: EventOf<Type> }[EventType];

/** An event before the ledger gives it its place, id, time and hash. */
export type DraftOf<Type extends EventType> = {
  readonly type: Type;
  readonly data: EventDataByType[Type];
  readonly run_id?: string;
  readonly step_id?: string;
};

/** Any draft, discriminated by `type`. */
export type EventDraft = { readonly [Type in EventType]: DraftOf<Type> }[EventType];

/** Tells whether this version of Reeve knows an event type; a reader skips the others. */
export function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENT_LOGS, type);
}

/** Tells which kind of log an event type belongs to. */
export function logOf(type: EventType): 'project' | 'task' {
  return EVENT_LOGS[type];
}
