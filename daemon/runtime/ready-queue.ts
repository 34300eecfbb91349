/** A step whose dispatch is owed. */
export interface Ready {
  readonly projectId: string;
  readonly taskId: string;
  readonly stepId: string;
  readonly r: number;
  readonly s: number;
}

/**
 * Dispatches owed, highest priority first and in order of arrival within one priority.
 *
 * Only a hint of what to look at next: whoever takes one asks the plan whether it is still owed.
 */
export interface ReadyQueue {
  /** Adds a dispatch, or leaves it where it stands when it is queued already. */
  add(priority: number, ready: Ready): void;
  /** Takes the next one; undefined when nothing is owed. */
  take(): Ready | undefined;
  readonly size: number;
}

/** Creates an empty queue. */
export function createReadyQueue(): ReadyQueue {
  const byPriority = new Map<number, Map<string, Ready>>();
  const keyOf = (ready: Pick<Ready, 'projectId' | 'taskId' | 'stepId'>) =>
    `${ready.projectId}/${ready.taskId}/${ready.stepId}`;
  return {
    add(priority, ready) {
      const key = keyOf(ready);
      const queue = byPriority.get(priority) ?? new Map<string, Ready>();
      byPriority.set(priority, queue);
      if (!queue.has(key)) queue.set(key, ready);
    },
    take() {
      const priority = Math.max(...byPriority.keys());
      const queue = byPriority.get(priority);
      const first = queue?.entries().next();
      if (queue === undefined || first?.done !== false) return undefined;
      const [key, ready] = first.value;
      queue.delete(key);
      if (queue.size === 0) byPriority.delete(priority);
      return ready;
    },
    get size() {
      return [...byPriority.values()].reduce((sum, queue) => sum + queue.size, 0);
    },
  };
}
