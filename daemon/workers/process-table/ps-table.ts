import { execFileSync } from 'node:child_process';
import { execa } from 'execa';
import { ATTEMPT_MARKER } from '../attempt-marker.ts';
import type { ProcessEntry, ProcessTable } from './process-table.ts';
import { killPosixGroup, signalPosix } from './signal-posix.ts';

/** One `-o` each: POSIX lets a header (here an empty one) swallow the rest of its option. */
const COLUMNS = ['pid', 'ppid', 'pgid', 'stat', 'rss', 'lstart'].flatMap((column) => ['-o', `${column}=`]);

/** `lstart` is a date in the C locale only. */
const OPTIONS = { env: { LC_ALL: 'C', PATH: '/bin:/usr/bin' }, extendEnv: false, reject: false } as const;

/**
 * The process table of macOS and other systems without Linux's `/proc`, as POSIX `ps` prints it.
 *
 * Start times have a resolution of one second. Markers are read with `ps -E`, which macOS allows for one's own
 * unprotected programs; elsewhere there are none.
 */
export function createPsTable(): ProcessTable {
  let printed: ReadonlyMap<number, ProcessEntry> = new Map();
  return {
    pidsAtHand: () => [],
    async pids() {
      const { stdout } = await execa('ps', ['-A', ...COLUMNS], OPTIONS);
      const entries = (stdout ?? '').split('\n').flatMap((line) => parsePsLine(line) ?? []);
      printed = new Map(entries.map((entry) => [entry.pid, entry]));
      return [...printed.keys()];
    },
    async read(pids) {
      return pids.flatMap((pid) => printed.get(pid) ?? []);
    },
    async markers(pids) {
      if (pids.length === 0) {
        return new Map();
      }
      const columns = ['-o', 'pid=', '-o', 'command='];
      const { stdout } = await execa('ps', ['-E', '-ww', ...columns, '-p', pids.join(',')], OPTIONS);
      const found = new Map((stdout ?? '').split('\n').flatMap(parseMarker));
      return new Map(pids.map((pid) => [pid, found.get(pid) ?? null]));
    },
    startedAt(pid) {
      try {
        const line = execFileSync('ps', [...COLUMNS, '-p', String(pid)], {
          env: OPTIONS.env,
          encoding: 'utf8',
        });
        return parsePsLine(line)?.startedAt ?? null;
      } catch {
        return null;
      }
    },
    signal: signalPosix,
    killGroup: killPosixGroup,
  };
}

/** Reads one line of `ps`; null for a zombie or anything that is not a process. */
export function parsePsLine(line: string): ProcessEntry | null {
  const [pid, parent, group, state = 'Z', kibibytes, ...lstart] = line.trim().split(/\s+/);
  const startedAt = Date.parse(lstart.join(' '));
  if (state.startsWith('Z') || Number.isNaN(startedAt)) {
    return null;
  }
  return {
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    session: 0,
    startedAt,
    residentBytes: Number(kibibytes) * 1024,
  };
}

function parseMarker(line: string): readonly (readonly [number, string])[] {
  const pid = Number.parseInt(line, 10);
  const marker = new RegExp(`(?:^|\\s)${ATTEMPT_MARKER}=(\\S+)`).exec(line)?.[1];
  return marker === undefined || Number.isNaN(pid) ? [] : [[pid, marker]];
}
