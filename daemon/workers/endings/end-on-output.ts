import type { OutputMeter } from '../output/output-meter.ts';
import type { Ending } from './ending.ts';

/** Claims `output` when both streams together have brought more than their limit. */
export function endOnOutput(ending: Ending, meter: OutputMeter): void {
  void meter.exceeded.then(() => ending.claim('output'));
}
