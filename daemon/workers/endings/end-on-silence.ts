import type { OutputMeter } from '../output/output-meter.ts';
import type { Ending } from './ending.ts';
import { startTimer } from './start-timer.ts';

/** Claims `silence` when neither stream brought a byte for a time in milliseconds. Returns the way to stop. */
export function endOnSilence(ending: Ending, silenceMs: number, meter: OutputMeter): () => void {
  let stop: () => void;
  const listen = (): void => {
    const left = silenceMs - (performance.now() - meter.lastOutputAt);
    if (left <= 0) {
      ending.claim('silence');
    } else {
      stop = startTimer(left, listen);
    }
  };
  stop = startTimer(silenceMs, listen);
  return () => stop();
}
