/** One live process (never a zombie), as the system's own table tells it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** Process group; 0 where the system does not tell. */
  readonly group: number;
  /** Session; 0 where the system does not tell. */
  readonly session: number;
  /** When it started; grows with time, in a unit of the system's own (clock ticks since boot on Linux). */
  readonly startedAt: number;
  readonly residentBytes: number;
}

/** The system's table of processes: what is read to find a tree, and how its members are signalled. */
export interface ProcessTable {
  /** Pids in use now, where telling takes no time; else empty. */
  pidsAtHand(): readonly number[];
  /** Every pid in use; empty where the system does not tell. */
  pids(): Promise<readonly number[]>;
  /** What these pids are now; the dead are left out. To be called right after `pids`. */
  read(pids: readonly number[]): Promise<readonly ProcessEntry[]>;
  /**
   * The REEVE_ATTEMPT_ID each process was started with, null for none or where it is not ours to read.
   * A process about to become another program shows nothing at that moment and is left out.
   */
  markers(pids: readonly number[]): Promise<ReadonlyMap<number, string | null>>;
  /** When a process started, or null where the system does not tell. */
  startedAt(pid: number): number | null;
  /** Sends a signal; a process that is gone, or not ours to signal, is no error. */
  signal(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Kills a whole process group at once, where groups exist. */
  killGroup(group: number): void;
}
