/** Sends a signal to one process; one that is gone, or not ours to signal, is no error. */
export function signalPosix(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ESRCH: it ended by itself. EPERM: it changed user; the check afterwards reports it as a survivor.
  }
}

/** Kills a process group at once, so that a member forking at this moment takes its child along. */
export function killPosixGroup(group: number): void {
  signalPosix(-group, 'SIGKILL');
}
