/** Runs tasks that share a key strictly one after another; tasks of different keys run side by side. */
export type OneAtATime = <T>(key: string, task: () => Promise<T>) => Promise<T>;

/** Creates an empty set of queues; a failed task does not hold up the next. */
export function createOneAtATime(): OneAtATime {
  const last = new Map<string, Promise<unknown>>();
  return async (key, task) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(task, task);
    last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (last.get(key) === turn) last.delete(key);
    }
  };
}
