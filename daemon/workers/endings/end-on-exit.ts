import type { Exit } from '../spawn-detached.ts';
import type { Ending } from './ending.ts';

/** Claims `exited` when the process ends by itself, `signaled` when a signal ended it. */
export function endOnExit(ending: Ending, exited: Promise<Exit>): void {
  void exited.then(({ signal }) => ending.claim(signal === null ? 'exited' : 'signaled'));
}
