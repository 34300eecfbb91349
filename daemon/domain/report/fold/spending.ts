import type { Usage } from '../../../../protocol/generated/types.ts';

/** What attempts cost, as far as that was recorded; null is unknown and never counted as nothing. */
export interface Spending {
  /** Attempts that said anything about their cost. */
  readonly recorded: number;
  /** Attempts that said nothing. */
  readonly silent: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly cachedTokens: number | null;
  /** US dollars. */
  readonly costUsd: number | null;
}

/** Nothing was attempted. */
export const NO_SPENDING: Spending = {
  recorded: 0,
  silent: 0,
  inputTokens: null,
  outputTokens: null,
  cachedTokens: null,
  costUsd: null,
};

/** Adds what one attempt recorded. */
export function addUsage(spending: Spending, usage: Usage | null): Spending {
  if (usage === null || isSilent(usage)) return { ...spending, silent: spending.silent + 1 };
  return {
    recorded: spending.recorded + 1,
    silent: spending.silent,
    inputTokens: add(spending.inputTokens, usage.input_tokens),
    outputTokens: add(spending.outputTokens, usage.output_tokens),
    cachedTokens: add(spending.cachedTokens, usage.cached_tokens),
    costUsd: add(spending.costUsd, usage.cost_usd),
  };
}

/** Adds what two groups of attempts recorded. */
export function addSpending(one: Spending, other: Spending): Spending {
  return {
    recorded: one.recorded + other.recorded,
    silent: one.silent + other.silent,
    inputTokens: add(one.inputTokens, other.inputTokens),
    outputTokens: add(one.outputTokens, other.outputTokens),
    cachedTokens: add(one.cachedTokens, other.cachedTokens),
    costUsd: add(one.costUsd, other.costUsd),
  };
}

function isSilent(usage: Usage): boolean {
  return Object.values(usage).every((amount) => amount === null);
}

function add(sum: number | null, amount: number | null): number | null {
  return amount === null ? sum : (sum ?? 0) + amount;
}
