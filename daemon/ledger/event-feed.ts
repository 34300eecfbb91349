import type { LedgerEvent } from '../../protocol/events.ts';

/** Tells subscribers of durable events, in the order in which they got their ids. */
export interface EventFeed {
  /** Takes events that are built but not yet durable; their place in the feed is kept until they are settled. */
  announce(events: readonly LedgerEvent[]): FeedTicket;
  /** To be called once per ticket: its events are on disk, or will never be. */
  settle(ticket: FeedTicket, isDurable: boolean): void;
  /** Returns the way to stop. */
  subscribe(listener: (event: LedgerEvent) => void): () => void;
}

/** The place of some events in the feed. */
export interface FeedTicket {
  readonly events: readonly LedgerEvent[];
  state: 'waiting' | 'durable' | 'lost';
}

/**
 * Creates the feed of one ledger.
 *
 * Logs are synced independently, so a later event may become durable first: it waits for the earlier ones.
 */
export function createEventFeed(): EventFeed {
  const listeners = new Set<(event: LedgerEvent) => void>();
  let queue: FeedTicket[] = [];
  let first = 0;

  function deliver(): void {
    for (let next = queue[first]; next !== undefined && next.state !== 'waiting'; next = queue[first]) {
      first += 1;
      if (next.state === 'durable') for (const event of next.events) tellAll(listeners, event);
    }
    if (first === queue.length || first >= COMPACT_AFTER) {
      queue = queue.slice(first);
      first = 0;
    }
  }

  return {
    announce(events) {
      const ticket: FeedTicket = { events, state: 'waiting' };
      queue.push(ticket);
      return ticket;
    },
    settle(ticket, isDurable) {
      ticket.state = isDurable ? 'durable' : 'lost';
      if (queue[first] === ticket) deliver();
    },
    subscribe(listener) {
      // A wrapper of its own, so that subscribing the same function twice gives two subscriptions.
      const own = (event: LedgerEvent): void => listener(event);
      listeners.add(own);
      return () => listeners.delete(own);
    },
  };
}

/** Settled entries kept before the queue is copied. */
const COMPACT_AFTER = 4096;

/** A listener that throws is a bug: it surfaces on its own, and neither the ledger nor other listeners suffer. */
function tellAll(listeners: ReadonlySet<(event: LedgerEvent) => void>, event: LedgerEvent): void {
  for (const listener of listeners) {
    try {
      listener(event);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
