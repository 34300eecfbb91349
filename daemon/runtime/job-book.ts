/** One intent being carried out. */
interface Job {
  readonly key: string;
  /** The task it belongs to: one at a time for each of its steps. */
  readonly task: string;
  readonly steps: readonly string[];
  /** Whether it takes one of the slots for attempts. */
  readonly takesSlot: boolean;
  readonly work: () => Promise<void>;
}

/** What is being carried out right now: at most one job for each step, at most so many attempts altogether. */
export interface JobBook {
  /** Begins a job, unless the very same is under way; `onEnd` is called when it is off the book again. */
  begin(job: Job, onEnd: () => void): void;
  /** Steps of a task that a job is busy with. */
  busySteps(task: string): ReadonlySet<string>;
  readonly hasFreeSlot: boolean;
  readonly isEmpty: boolean;
  /** Resolves when every job under way now has ended. */
  drained(): Promise<void>;
}

/** Creates an empty book with so many slots for attempts. */
export function createJobBook(slots: number): JobBook {
  const jobs = new Map<string, Promise<void>>();
  const busy = new Map<string, Set<string>>();
  let free = slots;
  return {
    begin(job, onEnd) {
      if (jobs.has(job.key)) return;
      const steps = busy.get(job.task) ?? new Set();
      for (const step of job.steps) steps.add(step);
      busy.set(job.task, steps);
      if (job.takesSlot) free -= 1;
      const ended = job.work().finally(() => {
        if (job.takesSlot) free += 1;
        for (const step of job.steps) steps.delete(step);
        if (steps.size === 0) busy.delete(job.task);
        jobs.delete(job.key);
        onEnd();
      });
      jobs.set(job.key, ended);
    },
    busySteps: (task) => busy.get(task) ?? NO_STEPS,
    get hasFreeSlot() {
      return free > 0;
    },
    get isEmpty() {
      return jobs.size === 0;
    },
    async drained() {
      await Promise.all(jobs.values());
    },
  };
}

const NO_STEPS: ReadonlySet<string> = new Set();
