/** A list that does not grow beyond its bound; it tells how many entries it let go. */
export interface KeptList<Item> {
  readonly items: readonly Item[];
  readonly dropped: number;
}

const NOTHING: KeptList<never> = { items: [], dropped: 0 };

/** A list of nothing. */
export function emptyList<Item>(): KeptList<Item> {
  return NOTHING;
}

/** Adds at the end; beyond `max` the oldest goes. */
export function keepLatest<Item>(list: KeptList<Item>, item: Item, max: number): KeptList<Item> {
  const items = [...list.items, item];
  if (items.length <= max) return { items, dropped: list.dropped };
  return { items: items.slice(1), dropped: list.dropped + 1 };
}

/** Adds at the end; beyond `max` it is only counted. */
export function keepFirst<Item>(list: KeptList<Item>, item: Item, max: number): KeptList<Item> {
  if (list.items.length >= max) return { items: list.items, dropped: list.dropped + 1 };
  return { items: [...list.items, item], dropped: list.dropped };
}

/** Takes the first `max` of what is there; `total` when the source itself was cut. */
export function firstOf<Item>(
  items: readonly Item[],
  max: number,
  total: number = items.length,
): KeptList<Item> {
  const kept = items.slice(0, max);
  return { items: kept, dropped: Math.max(0, total - kept.length) };
}
