import { randomFillSync } from 'node:crypto';
import { V7Generator } from 'uuidv7';
import type { EventStamp } from '../../protocol/event-line.ts';
import type { Clock } from '../ports/clock.ts';

/** Gives events their ids and times. */
export interface EventStamps {
  next(): EventStamp;
  /** Makes every later id greater than this one, which was read from a log. */
  observe(id: string): void;
}

/**
 * Creates the source of ids and times of one ledger.
 *
 * Ids are UUIDv7 and increase always; when the clock goes back they keep the latest time seen, while `time` shows
 * what the clock says.
 */
export function createEventStamps(clock: Clock): EventStamps {
  const generator = new V7Generator({ nextUint32: createRandomSource() });
  generator.setRollbackAllowance(LATEST_TIMESTAMP);
  let lastNow = Number.NaN;
  let lastTime = '';

  return {
    next() {
      const now = clock.now();
      if (now !== lastNow) {
        lastTime = new Date(now).toISOString();
        lastNow = now;
      }
      return { id: generator.generateOrResetWithTs(now).toString(), time: lastTime };
    },
    observe(id) {
      const seen = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
      // One millisecond on, as the generator's own counter may start below the one in this id.
      generator.generateOrResetWithTs(Math.min(seen + 1, LATEST_TIMESTAMP));
    },
  };
}

/** Asks the system for randomness in large pieces: one call per id would cost as much as the rest of the id. */
function createRandomSource(): () => number {
  const numbers = new Uint32Array(1024);
  let next = numbers.length;
  return () => {
    if (next === numbers.length) {
      randomFillSync(numbers);
      next = 0;
    }
    return numbers[next++] ?? 0;
  };
}

/** 48 bits of milliseconds. */
const LATEST_TIMESTAMP = 2 ** 48 - 1;
