import type { LedgerEvent } from '../../../protocol/events.ts';
import type { DaemonServices } from '../../ports/services.ts';
import { createBacklog } from './backlog.ts';
import type { Backlog } from './backlog.ts';

/** Ledger events for many readers, each at its own pace. */
export interface EventFeed {
  /** Every event after a cursor, once, in id order; ends when the signal aborts, or after the replay. */
  read(options: FeedOptions): AsyncGenerator<LedgerEvent, void>;
  close(): void;
}

export interface FeedOptions {
  /** Id of the last event the reader has; null: from the beginning. */
  readonly after: string | null;
  readonly projectId?: string;
  /** Whether to go on with live events after the replay. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

/**
 * Joins the ledger's past and its live events without gap or duplicate.
 *
 *      ┌────────── backlog overflowed ───────────┐
 *      ▼                                         │
 *   replay: ledger, (last, fence] ──────► live: backlog, > last
 *
 * The fence is the newest event announced when the replay begins; whatever comes later is in the backlog, which was
 * opened in the same turn. The replay stops at the fence because a reader of many growing files may see a newer
 * event of one log before an older one of another, and a cursor that has passed an event never comes back to it.
 */
export function createEventFeed(
  services: Pick<DaemonServices, 'queries' | 'subscribe' | 'newestEvent'>,
  backlogLimit: number,
): EventFeed {
  let announced = services.newestEvent();
  const backlogs = new Set<Backlog>();
  const unsubscribe = services.subscribe((event) => {
    announced = event.id;
    for (const backlog of backlogs) backlog.offer(event);
  });

  async function* read(options: FeedOptions): AsyncGenerator<LedgerEvent, void> {
    const backlog = createBacklog(backlogLimit, options.signal);
    if (options.follow) backlogs.add(backlog);
    let last = options.after;
    try {
      for (;;) {
        backlog.reset();
        for await (const event of replay(options, last, announced)) {
          last = event.id;
          yield event;
        }
        if (!options.follow || options.signal.aborted) return;
        for await (const event of backlog.drain()) {
          if (!isWanted(event, options, last)) continue;
          last = event.id;
          yield event;
        }
        if (options.signal.aborted) return;
      }
    } finally {
      backlogs.delete(backlog);
    }
  }

  async function* replay(options: FeedOptions, after: string | null, fence: string | null) {
    const { projectId, signal } = options;
    const scope = projectId === undefined ? { after } : { after, projectId };
    for await (const event of services.queries.allEvents(scope)) {
      if (signal.aborted || (fence !== null && event.id > fence)) return;
      yield event;
    }
  }

  return { read, close: unsubscribe };
}

function isWanted(event: LedgerEvent, { projectId }: FeedOptions, last: string | null): boolean {
  return (last === null || event.id > last) && (projectId === undefined || event.project_id === projectId);
}
