import { compareCards, type TaskCard } from './task-card.ts';
import type { TaskStory } from './task-story.ts';

/** A task that is told in full. */
export interface Chosen {
  readonly card: TaskCard;
  readonly story: TaskStory;
}

/** How much is told in full. */
export interface ShortlistLimits {
  readonly tasks: number;
  /** Characters of all stories together, about. */
  readonly characters: number;
}

/** Keeps the stories that matter most to a reader, within its limits at the end and twice that on the way. */
export interface Shortlist {
  readonly offer: (chosen: Chosen) => void;
  /** In the order in which they are told. */
  readonly chosen: () => readonly Chosen[];
}

/** Creates an empty shortlist. */
export function createShortlist(limits: ShortlistLimits): Shortlist {
  let entries: readonly Weighed[] = [];
  let added: Weighed[] = [];
  let characters = 0;
  const trim = () => {
    entries = pickFirst([...entries, ...added], limits);
    added = [];
    characters = 0;
  };
  return {
    offer: (chosen) => {
      const weighed = { ...chosen, characters: JSON.stringify(chosen.story).length };
      added.push(weighed);
      characters += weighed.characters;
      // Sorted once in a while only: a hundred thousand tasks must not each cost a sort.
      if (added.length >= limits.tasks || characters >= limits.characters) trim();
    },
    chosen: () => {
      trim();
      return entries;
    },
  };
}

interface Weighed extends Chosen {
  readonly characters: number;
}

/** Takes what fits; the first one is told however long it is. */
function pickFirst(entries: readonly Weighed[], limits: ShortlistLimits): readonly Weighed[] {
  const sorted = entries.toSorted((one, other) => compareCards(one.card, other.card)).slice(0, limits.tasks);
  let characters = 0;
  return sorted.filter((entry, index) => {
    if (index > 0 && characters + entry.characters > limits.characters) return false;
    characters += entry.characters;
    return true;
  });
}
