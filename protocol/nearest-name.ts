const MAX_LENGTH = 64;

/**
 * The candidate that a mistyped name most likely meant; null when nothing is close.
 *
 * Close: at most a third of the letters differ (Levenshtein distance, case ignored).
 */
export function nearestName(name: string, candidates: readonly string[]): string | null {
  // Threat: the cost grows with the product of the lengths, and the name comes from outside.
  if (name.length > MAX_LENGTH) return null;
  const wanted = name.toLowerCase();
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .toSorted((a, b) => a.distance - b.distance);
  return ranked.map(({ candidate }) => candidate).at(0) ?? null;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = Number(row[j]) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(replaced, Number(row[j + 1]) + 1, Number(next[j]) + 1));
    }
    row = next;
  }
  return Number(row.at(-1));
}
