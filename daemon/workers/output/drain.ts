import { setTimeout as sleep } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import type { OutputMeter } from './output-meter.ts';
import type { Spool } from './spool.ts';

/** A stream on its way to its spool. */
export interface Drain {
  /** Resolves when the stream is at its end or was abandoned. */
  readonly finished: Promise<void>;
  /** When a chunk came or was last on its way to the file, on the monotonic clock in milliseconds. */
  readonly activeAt: number;
  /** Gives up the rest of the stream. */
  abandon(): void;
}

/**
 * Moves a stream into its spool, one chunk at a time.
 *
 * The next chunk is read when the last is written, so a flood waits in the pipe and not in memory; past the limit it is
 * still read, and dropped, since a process blocked on a full pipe cannot end well.
 */
export function startDrain(source: Readable, spool: Spool, meter: OutputMeter): Drain {
  let isWriting = false;
  let activeAt = performance.now();
  async function drain(): Promise<void> {
    try {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        isWriting = true;
        await spool.write(chunk, meter.take(chunk.length));
        isWriting = false;
        activeAt = performance.now();
      }
    } catch {
      // The stream was abandoned, or its other end vanished: what came is kept, and the process's end tells the rest.
    }
  }
  return {
    finished: drain(),
    get activeAt() {
      return isWriting ? performance.now() : activeAt;
    },
    abandon: () => source.destroy(),
  };
}

const POLL_MS = 25;
const QUIET_POLLS = 10;
const MOST_POLLS = 200;

/**
 * Waits for the streams of a process that is gone.
 *
 * Threat: a process that escaped may hold a pipe open for ever. Nothing is owed any more when the pipes were quiet for
 * ten polls (250 ms), or after 200 of noise. Polls and not a clock, so that a stalled event loop, which read nothing
 * meanwhile, does not pass for quiet.
 */
export async function finishDrains(drains: readonly Drain[]): Promise<void> {
  const finished = Promise.all(drains.map((drain) => drain.finished)).then(() => true);
  let isFinished = false;
  let quietPolls = 0;
  let lastAt = 0;
  for (let poll = 0; poll < MOST_POLLS && quietPolls < QUIET_POLLS && !isFinished; poll += 1) {
    isFinished = await Promise.race([finished, sleep(POLL_MS, false)]);
    const activeAt = Math.max(...drains.map((drain) => drain.activeAt));
    quietPolls = activeAt === lastAt ? quietPolls + 1 : 0;
    lastAt = activeAt;
  }
  drains.forEach((drain) => drain.abandon());
  await finished;
}
