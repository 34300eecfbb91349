import type { Readable } from 'node:stream';
import type { CapturedStream } from '../../ports/worker.ts';
import { finishDrains, startDrain } from './drain.ts';
import type { Drain } from './drain.ts';
import { createOutputMeter } from './output-meter.ts';
import type { OutputMeter } from './output-meter.ts';
import { openSpool } from './spool.ts';
import type { Spool } from './spool.ts';

/** Both output streams of one process, on their way to two files. */
export interface Capture {
  readonly meter: OutputMeter;
  /** Resolves when either file can no longer be written. */
  readonly failed: Promise<unknown>;
  /** Begins to move the streams. */
  start(streams: { readonly stdout: Readable; readonly stderr: Readable }): void;
  /** Waits, within bounds, for what the streams still hold. */
  finish(): Promise<void>;
  /**
   * Closes both files, each with a last line if one is given.
   * @throws ReeveError IO_FAILED when output was lost
   */
  close(
    closingLine: string | null,
  ): Promise<{ readonly stdout: CapturedStream; readonly stderr: CapturedStream }>;
}

/**
 * Opens the two files, each with a first line if one is given.
 * @throws ReeveError IO_FAILED
 */
export async function openCapture(
  files: { readonly stdout: string; readonly stderr: string },
  limitBytes: number,
  openingLine: string | null,
): Promise<Capture> {
  const meter = createOutputMeter(limitBytes);
  const opening = [openSpool(files.stdout, openingLine), openSpool(files.stderr, openingLine)] as const;
  await closeUnlessAll(opening);
  const [stdout, stderr] = await Promise.all(opening);
  let drains: readonly Drain[] = [];
  return {
    meter,
    failed: Promise.race([stdout.failed, stderr.failed]),
    start(streams) {
      drains = [startDrain(streams.stdout, stdout, meter), startDrain(streams.stderr, stderr, meter)];
    },
    finish: () => finishDrains(drains),
    async close(closingLine) {
      // Each is closed, whatever becomes of the other, before the first error is told.
      await Promise.allSettled([stdout.close(closingLine), stderr.close(closingLine)]);
      return { stdout: await stdout.close(null), stderr: await stderr.close(null) };
    },
  };
}

/** Of two that are opened together, neither stays open when the other could not be. */
async function closeUnlessAll(opening: readonly Promise<Spool>[]): Promise<void> {
  const outcomes = await Promise.allSettled(opening);
  const opened = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  if (opened.length < outcomes.length) {
    await Promise.allSettled(opened.map((spool) => spool.close(null)));
  }
}
