import { randomFillSync } from 'node:crypto';
import { V7Generator } from 'uuidv7';
import type { EventStamp } from '../../protocol/event-line.ts';
import type { Clock } from '../ports/clock.ts';

/** Gives events their ids and times. */
export interface EventStamps {
  /** @param beginsWrite whether the event is the first of those written together, as its id then tells; default true */
  next(beginsWrite?: boolean): EventStamp;
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
  const toText = createIdWriter();
  let lastNow = Number.NaN;
  let lastTime = '';

  return {
    next(beginsWrite = true) {
      const now = clock.now();
      if (now !== lastNow) {
        lastTime = new Date(now).toISOString();
        lastNow = now;
      }
      const { bytes } = generator.generateOrResetWithTs(now);
      return { id: toText(bytes, beginsWrite), time: lastTime };
    },
    observe(id) {
      const seen = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
      // One millisecond on, as the generator's own counter may start below the one in this id.
      generator.generateOrResetWithTs(Math.min(seen + 1, LATEST_TIMESTAMP));
    },
  };
}

/** Tells by its last bit whether an event is the first of those that were written, and synced, together. */
export function beginsWrite(id: string): boolean {
  return Number.parseInt(id.slice(-1), 16) % 2 === 1;
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

/**
 * Writes the bytes of an id as 8-4-4-4-12 digits.
 *
 * The library's own way joins 36 strings, which stay joined: whoever copies the id into a line walks them all again.
 */
function createIdWriter(): (bytes: Readonly<Uint8Array>, isOdd: boolean) => string {
  const text = Buffer.alloc(36, '-');
  return (bytes, isOdd) => {
    let at = 0;
    for (const byte of bytes) {
      if (at === 8 || at === 13 || at === 18 || at === 23) at += 1;
      text[at] = DIGITS.charCodeAt(byte >>> 4);
      text[at + 1] = DIGITS.charCodeAt(byte & 15);
      at += 2;
    }
    text[35] = DIGITS.charCodeAt(((bytes[15] ?? 0) & 14) | Number(isOdd));
    return text.toString('latin1');
  };
}

const DIGITS = '0123456789abcdef';

/** 48 bits of milliseconds. */
const LATEST_TIMESTAMP = 2 ** 48 - 1;
