import type { LedgerEvent } from '../../protocol/events.ts';

/** One event of a run, recognised again when the run is repeated: the place of a kill. */
export interface Boundary {
  readonly type: LedgerEvent['type'];
  /** The how many-th of its type. */
  readonly nth: number;
  /** For a committed head: how far into the task's log it reaches. Null for every other event. */
  readonly covers: number | null;
}

/** Lists every event of a run as a boundary, in order. */
export function listBoundaries(events: readonly LedgerEvent[]): readonly Boundary[] {
  const counts = new Map<string, number>();
  return events.map((event) => {
    const nth = (counts.get(event.type) ?? 0) + 1;
    counts.set(event.type, nth);
    return { type: event.type, nth, covers: coverOf(event) };
  });
}

/**
 * Recognises a boundary among the events of another run, which are to be given one after the other.
 *
 * A slow machine commits more heads, since they also fall due by the clock: a head is recognised by what it covers,
 * and some head always comes to cover it.
 */
export function createBoundaryWatch(boundary: Boundary): (event: LedgerEvent) => boolean {
  let count = 0;
  return (event) => {
    if (event.type !== boundary.type) return false;
    count += 1;
    const covered = coverOf(event);
    return covered === null ? count === boundary.nth : covered >= (boundary.covers ?? 0);
  };
}

/**
 * Chooses what to drill: all boundaries, or as many rounds as are asked for, spread over the run; more rounds than
 * there are boundaries go over them again.
 */
export function chooseRounds(
  boundaries: readonly Boundary[],
  rounds: number | undefined,
): readonly Boundary[] {
  const total = boundaries.length;
  const count = total === 0 ? 0 : (rounds ?? total);
  const step = Math.max(1, total / Math.max(1, count));
  return Array.from({ length: count }, (_, round) => boundaries[Math.floor(round * step) % total]).filter(
    (boundary) => boundary !== undefined,
  );
}

/** A boundary in a few words: `attempt.started 2`. */
export function nameBoundary({ type, nth }: Boundary): string {
  return `${type} ${nth}`;
}

function coverOf(event: LedgerEvent): number | null {
  return event.type === 'head.committed' ? event.data.seq : null;
}
