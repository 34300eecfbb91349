import type { LedgerEvent } from '../../../../protocol/events.ts';
import { emptyList, keepFirst, type KeptList } from './kept-list.ts';
import { shortenText } from './shorten-text.ts';

/** What holds over all lines of all logs. */
export interface TimelineFacts {
  readonly events: number;
  /** RFC 3339; null without events. */
  readonly first: string | null;
  readonly last: string | null;
  /** Lines whose content was withheld. */
  readonly withheld: number;
  /** Lines whose time is before that of the line above. */
  readonly backwards: number;
  /** Lines that say something this version does not understand, by type. */
  readonly skipped: KeptList<string>;
  /** Who caused events, and how many. */
  readonly actors: readonly { readonly kind: string; readonly id: string; readonly events: number }[];
  /** Events by actors beyond those listed. */
  readonly otherActors: number;
}

/** Sees every event once. */
export interface Timeline {
  readonly add: (event: LedgerEvent) => void;
  readonly skip: (event: LedgerEvent) => void;
  readonly withhold: () => void;
  readonly read: () => TimelineFacts;
}

const MAX_ACTORS = 50;
const MAX_SKIPPED = 20;

/** Creates an empty timeline. */
export function createTimeline(): Timeline {
  const actors = new Map<string, { kind: string; id: string; events: number }>();
  let events = 0;
  let first: string | null = null;
  let last: string | null = null;
  let backwards = 0;
  let otherActors = 0;
  let withheld = 0;
  let above = { log: '', time: '' };
  let skipped: KeptList<string> = emptyList();

  const addActor = ({ kind, id }: LedgerEvent['actor']) => {
    const key = `${kind} ${id}`;
    const known = actors.get(key);
    if (known !== undefined) known.events += 1;
    else if (actors.size < MAX_ACTORS) actors.set(key, { kind, id: shortenText(id, 200), events: 1 });
    else otherActors += 1;
  };
  return {
    add: ({ log_id, time, actor }) => {
      events += 1;
      if (first === null || time < first) first = time;
      if (last === null || time > last) last = time;
      if (above.log === log_id && time < above.time) backwards += 1;
      above = { log: log_id, time };
      addActor(actor);
    },
    skip: ({ type, seq }) => {
      skipped = keepFirst(skipped, `${shortenText(type, 64)} (line ${seq})`, MAX_SKIPPED);
    },
    withhold: () => {
      withheld += 1;
    },
    read: () => ({
      events,
      first,
      last,
      withheld,
      backwards,
      skipped,
      actors: [...actors.values()],
      otherActors,
    }),
  };
}
