/** Node's timers count in 32 bits, and fire at once when asked for more. */
const LONGEST_MS = 2 ** 31 - 1;

/** Calls back once after any number of milliseconds, on the monotonic clock. Returns the way to stop. */
export function startTimer(ms: number, onEnd: () => void): () => void {
  const end = performance.now() + ms;
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const left = end - performance.now();
    timer = left > 0 ? setTimeout(wait, Math.min(left, LONGEST_MS)) : setTimeout(onEnd, 0);
  };
  wait();
  return () => clearTimeout(timer);
}
