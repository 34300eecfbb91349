import { compareCards, type TaskCard } from './task-card.ts';
import type { TaskStory } from './task-story.ts';

/** A task that is told in full. */
export interface Chosen {
  readonly card: TaskCard;
  /** Read anew each time it is asked for. */
  readonly story: TaskStory;
}

/** How much is told in full. */
export interface ShortlistLimits {
  readonly tasks: number;
  /** Characters of all stories together, about. */
  readonly characters: number;
}

/** Keeps the stories that matter most to a reader, as many as fit: the same ones, whatever the order they come in. */
export interface Shortlist {
  readonly offer: (chosen: Chosen) => void;
  /** In the order in which they are told. */
  readonly chosen: () => readonly Chosen[];
}

/** Creates an empty shortlist; the first story is told however long it is. */
export function createShortlist(limits: ShortlistLimits): Shortlist {
  const entries: Kept[] = [];
  let characters = 0;
  /** The first in order that did not fit: nothing behind it will. */
  let rest: TaskCard | null = null;
  return {
    offer: ({ card, story }) => {
      if (rest !== null && compareCards(rest, card) < 0) return;
      const kept = { card, text: JSON.stringify(story) };
      entries.splice(placeOf(entries, card), 0, kept);
      characters += kept.text.length;
      for (let last = entries.at(-1); last !== undefined; last = entries.at(-1)) {
        const fits = entries.length <= limits.tasks && characters <= limits.characters;
        if (fits || entries.length === 1) return;
        entries.pop();
        characters -= last.text.length;
        rest = last.card;
      }
    },
    chosen: () =>
      entries.map(({ card, text }) => ({
        card,
        get story() {
          return JSON.parse(text) as TaskStory;
        },
      })),
  };
}

/**
 * As text, a story takes a third of the memory. And the engine, which sees which objects live long and lays their kind
 * where it seldom cleans, sees that those of stories die young.
 */
interface Kept {
  readonly card: TaskCard;
  readonly text: string;
}

/** Where a card belongs in order, by halving. */
function placeOf(entries: readonly Kept[], card: TaskCard): number {
  let [from, to] = [0, entries.length];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const there = entries[middle];
    if (there !== undefined && compareCards(there.card, card) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}
