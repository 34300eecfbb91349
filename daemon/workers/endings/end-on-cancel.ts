import type { Ending } from './ending.ts';

/** Claims `cancelled` when the signal aborts, or at once when it has. Returns the way to stop. */
export function endOnCancel(ending: Ending, signal: AbortSignal): () => void {
  const cancel = (): void => ending.claim('cancelled');
  if (signal.aborted) {
    cancel();
  }
  signal.addEventListener('abort', cancel, { once: true });
  return () => signal.removeEventListener('abort', cancel);
}
