import type { LedgerEvent } from '../../protocol/events.ts';

/** A log to be merged, opened only when its time has come. */
export interface MergeSource {
  /** Milliseconds since the epoch: none of its events is older. */
  readonly startsAt: number;
  open(): AsyncIterable<LedgerEvent>;
}

/** A log under way: the event it stands at, and the rest. */
interface Cursor {
  readonly event: LedgerEvent;
  readonly rest: AsyncIterator<LedgerEvent>;
}

/**
 * Merges logs into one stream in id order: the order in which they were appended, since one writer gives ids that
 * only grow. Events up to and including the id `after` are left out.
 *
 * Holds one event of each log that is under way at the same time, whatever their number altogether.
 */
export async function* mergeById(
  sources: readonly MergeSource[],
  after: string | null,
): AsyncGenerator<LedgerEvent, void, undefined> {
  const waiting = sources.toSorted((a, b) => b.startsAt - a.startsAt);
  const cursors: Cursor[] = [];
  try {
    for (;;) {
      const first = cursors.at(-1);
      const next = waiting.at(-1);
      if (next !== undefined && (first === undefined || next.startsAt <= timeOfId(first.event.id))) {
        waiting.pop();
        await advance(cursors, next.open()[Symbol.asyncIterator](), after);
        continue;
      }
      if (first === undefined) return;
      cursors.pop();
      yield first.event;
      await advance(cursors, first.rest, after);
    }
  } finally {
    for (const cursor of cursors) await cursor.rest.return?.();
  }
}

/** Milliseconds since the epoch, as a UUIDv7 begins with them (RFC 9562). */
export function timeOfId(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}

/** Moves a log to its next event after the cursor and puts it in its place: newest first, so that the next is last. */
async function advance(
  cursors: Cursor[],
  rest: AsyncIterator<LedgerEvent>,
  after: string | null,
): Promise<void> {
  let step = await rest.next();
  while (step.done !== true && after !== null && step.value.id <= after) step = await rest.next();
  if (step.done === true) return;
  const event = step.value;
  let low = 0;
  for (let high = cursors.length; low < high;) {
    const middle = (low + high) >>> 1;
    if ((cursors[middle]?.event.id ?? '') > event.id) low = middle + 1;
    else high = middle;
  }
  cursors.splice(low, 0, { event, rest });
}
