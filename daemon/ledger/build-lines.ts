import { buildEventLine } from '../../protocol/event-line.ts';
import { HASH_MEMBER_LENGTH } from '../../protocol/event-slices.ts';
import type { EventDraft, LedgerEvent } from '../../protocol/events.ts';
import type { Actor } from '../../protocol/generated/types.ts';
import type { LogHead } from '../ports/ledger.ts';
import type { EventStamps } from './event-stamps.ts';

/** The log that lines are built for. */
export interface LinesTarget {
  readonly log_id: string;
  readonly project_id: string;
  readonly task_id?: string;
}

/**
 * Builds the lines of some events behind the end of a log; nothing is written.
 *
 * @param after the last line built; null at the start of a log
 * @param beginsWrite false when they join lines that wait to be written; default true
 * @throws ReeveError LINE_TOO_LONG, LINE_INVALID
 */
export function buildLines(
  stamps: EventStamps,
  target: LinesTarget,
  after: LogHead | null,
  actor: Actor,
  drafts: readonly EventDraft[],
  beginsWrite = true,
): { readonly events: readonly LedgerEvent[]; readonly text: string; readonly head: LogHead | null } {
  const { log_id, project_id, task_id } = target;
  const events: LedgerEvent[] = [];
  let text = '';
  let head = after;
  for (const draft of drafts) {
    const seq = (head?.seq ?? 0) + 1;
    const prev_event_hash = head?.event_hash ?? null;
    const place = { log_id, seq, prev_event_hash, project_id, task_id };
    const line = buildEventLine(place, stamps.next(beginsWrite && events.length === 0), actor, draft);
    // Of the text that was hashed: the line itself is put together only when its whole group is written.
    const length = Buffer.byteLength(line.hashed) + HASH_MEMBER_LENGTH + 1;
    const bytes = (head?.bytes ?? 0) + length;
    head = { log_id, seq, event_hash: line.event.event_hash, bytes };
    text += `${line.text}\n`;
    events.push(line.event);
  }
  return { events, text, head };
}
