import { startTimer } from './start-timer.ts';
import type { Ending } from './ending.ts';

/** Claims `timeout` after a time in milliseconds. Returns the way to stop. */
export function endOnTimeout(ending: Ending, runtimeMs: number): () => void {
  return startTimer(runtimeMs, () => ending.claim('timeout'));
}
