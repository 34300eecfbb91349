import { addSpending, NO_SPENDING, type Spending } from './spending.ts';
import type { Tally } from './task-story.ts';

/** What was attempted in all tasks whose logs were read. */
export interface WorkTotal {
  readonly attempts: number;
  readonly failed: number;
  readonly interrupted: number;
  readonly spending: Spending;
}

/** No work. */
export const NO_WORK: WorkTotal = { attempts: 0, failed: 0, interrupted: 0, spending: NO_SPENDING };

/** Adds a task whose log was read to its end. */
export function addWork(total: WorkTotal, tally: Tally): WorkTotal {
  return {
    attempts: total.attempts + tally.attempts,
    failed: total.failed + tally.failed,
    interrupted: total.interrupted + tally.interrupted,
    spending: addSpending(total.spending, tally.spending),
  };
}
