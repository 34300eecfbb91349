/** One figure and what it is held against, both taken in the same run. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** A peer or a physical limit; null where the figure stands alone. */
  readonly peer: { readonly name: string; readonly value: number } | null;
  /** The figure in terms of its peer: above 1 is better than the peer. */
  readonly ratio: number | null;
  /** What to reach, in words: `≥ 0.6`, `≤ 40 ms`. */
  readonly reach: string;
}

/** One benchmark; tells in the middle of long work what it is doing. */
export type Benchmark = (say: (line: string) => void) => Promise<readonly BenchResult[]>;

/** A figure where more is better, held against a peer measured in the same unit. */
export function faster(
  name: string,
  unit: string,
  value: number,
  peer: { readonly name: string; readonly value: number },
  reach: string,
): BenchResult {
  return { name, value, unit, peer, ratio: value / peer.value, reach };
}

/** A figure where less is better, held against a peer measured in the same unit. */
export function shorter(
  name: string,
  unit: string,
  value: number,
  peer: { readonly name: string; readonly value: number },
  reach: string,
): BenchResult {
  return { name, value, unit, peer, ratio: peer.value / value, reach };
}

/** A figure that stands alone. */
export function alone(name: string, unit: string, value: number, reach: string): BenchResult {
  return { name, value, unit, peer: null, ratio: null, reach };
}

/** The value below which a part of the sample lies; 0.5 is the median. */
export function percentile(sample: readonly number[], part: number): number {
  const sorted = sample.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
