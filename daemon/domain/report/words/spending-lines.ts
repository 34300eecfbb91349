import type { Spending } from '../fold/spending.ts';
import type { Line } from '../page/page.ts';
import { count, dollars, grouped } from './amounts.ts';

/** What was spent, in words; what nobody recorded is called so, never nothing. */
export function spendingLines(spending: Spending): readonly Line[] {
  const { recorded, silent } = spending;
  if (recorded === 0) {
    return [[silent === 0 ? 'Nothing was attempted.' : `Not recorded: ${noWord(silent)} gave no figures.`]];
  }
  const money = spending.costUsd === null ? 'Price not recorded' : dollars(spending.costUsd);
  const tokens = [
    tokenWords(spending.inputTokens, 'in'),
    tokenWords(spending.outputTokens, 'out'),
    tokenWords(spending.cachedTokens, 'from a cache'),
  ].filter((words) => words !== '');
  const used = tokens.length === 0 ? 'tokens not recorded' : `tokens: ${tokens.join(', ')}`;
  const gap: readonly Line[] =
    silent === 0 ? [] : [[`Not complete: ${noWord(silent)} recorded no cost, and the sum leaves that out.`]];
  return [[`${money}; ${used}; as reported for ${count(recorded, 'attempt')}.`], ...gap];
}

function noWord(silent: number): string {
  return silent === 1 ? 'one attempt' : `${grouped(silent)} attempts`;
}

function tokenWords(tokens: number | null, where: string): string {
  return tokens === null ? '' : `${grouped(tokens)} ${where}`;
}
