import { execa } from 'execa';
import type { ProcessEntry, ProcessTable } from './process-table.ts';

/** One line a process: pid, parent, bytes in memory, start in milliseconds since the Unix epoch. */
const QUERY = `Get-CimInstance Win32_Process | Where-Object CreationDate | ForEach-Object { "{0} {1} {2} {3}" -f
  $_.ProcessId, $_.ParentProcessId, $_.WorkingSetSize, ([DateTimeOffset]$_.CreationDate).ToUnixTimeMilliseconds() }`;

/**
 * The process table of Windows: best effort.
 *
 * There are no groups, sessions or readable environments, so only living parents tell a tree; a child of a parent that
 * ended before it was seen is lost. A query takes about a second, which the sampler's own budget spaces out.
 */
export function createWindowsTable(): ProcessTable {
  let listed: ReadonlyMap<number, ProcessEntry> = new Map();
  return {
    pidsAtHand: () => [],
    async pids() {
      const { stdout } = await execa('powershell', ['-NoProfile', '-NonInteractive', '-Command', QUERY], {
        reject: false,
      });
      const entries = (stdout ?? '').split(/\r?\n/).flatMap((line) => parseWindowsLine(line) ?? []);
      listed = new Map(entries.map((entry) => [entry.pid, entry]));
      return [...listed.keys()];
    },
    async read(pids) {
      return pids.flatMap((pid) => listed.get(pid) ?? []);
    },
    async markers(pids) {
      return new Map(pids.map((pid) => [pid, null]));
    },
    startedAt() {
      return null;
    },
    signal(pid, signal) {
      const force = signal === 'SIGKILL' ? ['/F'] : [];
      void execa('taskkill', ['/PID', String(pid), '/T', ...force], { reject: false });
    },
    killGroup() {},
  };
}

/** Reads one line of the query; null for anything else. */
export function parseWindowsLine(line: string): ProcessEntry | null {
  const [pid = Number.NaN, parent = 0, residentBytes = 0, startedAt = Number.NaN] = line
    .trim()
    .split(' ')
    .map(Number);
  if (Number.isNaN(pid) || Number.isNaN(startedAt)) {
    return null;
  }
  return { pid, parent, group: 0, session: 0, startedAt, residentBytes };
}
