import { ReeveError } from '../../protocol/errors.ts';

/** The answer to a request that carries an idempotency key, and whether it was given before. */
export interface KeptAnswer<T> {
  readonly answer: T;
  readonly replayed: boolean;
}

/** Remembers the answers to the newest keys. */
export interface IdempotencyKeys<T> {
  /**
   * Does the work once per key: a repeat, also of work still under way, gets the first answer.
   * Work that throws is forgotten, so that the key may be tried again.
   * @throws ReeveError CONFLICT when the key was used with another fingerprint
   */
  once(key: string, fingerprint: string, work: () => Promise<T>): Promise<KeptAnswer<T>>;
}

interface Entry<T> {
  readonly fingerprint: string;
  readonly answer: Promise<T>;
}

/** Creates a memory of at most `limit` keys; the oldest is forgotten first. */
export function createIdempotencyKeys<T>(limit: number): IdempotencyKeys<T> {
  const entries = new Map<string, Entry<T>>();
  return {
    async once(key, fingerprint, work) {
      const known = entries.get(key);
      if (known !== undefined) {
        if (known.fingerprint !== fingerprint) throw conflict();
        return { answer: await known.answer, replayed: true };
      }
      const entry: Entry<T> = { fingerprint, answer: work() };
      entries.set(key, entry);
      forgetOldest(entries, limit);
      try {
        return { answer: await entry.answer, replayed: false };
      } catch (error) {
        if (entries.get(key) === entry) entries.delete(key);
        throw error;
      }
    },
  };
}

function conflict(): ReeveError {
  return new ReeveError('CONFLICT', 'This Idempotency-Key was used for another request.', {
    hint: 'Use a fresh key for every new request.',
  });
}

function forgetOldest(entries: Map<string, unknown>, limit: number): void {
  const oldest = entries.size > limit ? entries.keys().next() : null;
  if (oldest !== null && oldest.done !== true) entries.delete(oldest.value);
}
