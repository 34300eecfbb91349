import type { Capture } from '../output/capture.ts';
import type { Ending } from './ending.ts';

/** Claims `cancelled` when output can no longer be kept: the run is of no use then, and closing the capture throws. */
export function endOnLostOutput(ending: Ending, capture: Capture): void {
  void capture.failed.then(() => ending.claim('cancelled'));
}
