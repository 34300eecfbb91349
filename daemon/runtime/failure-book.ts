/** Failures of Reeve's own in a row on one step before a person is asked. */
export const MAX_FAILURES = 3;
const FIRST_PAUSE_MS = 500;

/** Intents that failed: each is tried again after a pause that doubles, and not for ever. */
export interface FailureBook {
  /** Notes a failure; true when it was one too many, else `onPauseEnd` is called after a pause. */
  note(key: string, onPauseEnd: () => void): boolean;
  succeeded(key: string): void;
  isPaused(key: string): boolean;
  readonly hasPauses: boolean;
  /** Ends every pause without a call. */
  close(): void;
}

/** Creates an empty book. */
export function createFailureBook(): FailureBook {
  const counts = new Map<string, number>();
  const pauses = new Map<string, NodeJS.Timeout>();
  return {
    note(key, onPauseEnd) {
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      if (count >= MAX_FAILURES) return counts.delete(key);
      const pause = setTimeout(
        () => {
          pauses.delete(key);
          onPauseEnd();
        },
        FIRST_PAUSE_MS * 2 ** (count - 1),
      );
      pauses.set(key, pause);
      return false;
    },
    succeeded: (key) => void counts.delete(key),
    isPaused: (key) => pauses.has(key),
    get hasPauses() {
      return pauses.size > 0;
    },
    close() {
      for (const pause of pauses.values()) clearTimeout(pause);
      pauses.clear();
    },
  };
}
