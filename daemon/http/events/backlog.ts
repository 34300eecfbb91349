import type { LedgerEvent } from '../../../protocol/events.ts';

/** A bounded queue between the ledger's announcements and one reader. */
export interface Backlog {
  /** Takes an event; beyond the limit everything is dropped and `drain` ends. */
  offer(event: LedgerEvent): void;
  /** Empties the queue and forgets an overflow. */
  reset(): void;
  /** Events as they come; ends on overflow and when the signal aborts. */
  drain(): AsyncGenerator<LedgerEvent, void>;
}

/** Creates a backlog of at most `limit` events. */
export function createBacklog(limit: number, signal: AbortSignal): Backlog {
  let events: LedgerEvent[] = [];
  let overflowed = false;
  let wake = (): void => {};
  signal.addEventListener('abort', () => wake(), { once: true });

  async function* drain(): AsyncGenerator<LedgerEvent, void> {
    while (!overflowed && !signal.aborted) {
      const event = events.shift();
      if (event !== undefined) yield event;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  return {
    offer(event) {
      if (overflowed) return;
      overflowed = events.length >= limit;
      if (overflowed) events = [];
      else events.push(event);
      wake();
    },
    reset() {
      events = [];
      overflowed = false;
    },
    drain,
  };
}
