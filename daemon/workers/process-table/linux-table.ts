import { closeSync, existsSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs';
import { endianness } from 'node:os';
import { ATTEMPT_MARKER } from '../attempt-marker.ts';
import type { ProcessEntry, ProcessTable } from './process-table.ts';
import { killPosixGroup, signalPosix } from './signal-posix.ts';

/** `/proc/<pid>/stat` is one short line. */
const STAT_BYTES = 4096;
/** Threat: a worker may pad its environment without end; a marker further in is not looked for. */
const ENVIRON_BYTES = 1024 * 1024;

/**
 * The process table of Linux, read from `/proc`.
 *
 * Reads are synchronous on purpose: the kernel answers from memory in about 8 µs a process, a tenth of what the
 * thread pool would add. Callers ask for few processes, and for `environ`, which takes a lock of its process, only once.
 */
export function createLinuxTable(): ProcessTable {
  const pageBytes = readPageBytes();
  const buffer = Buffer.allocUnsafe(STAT_BYTES);
  return {
    pidsAtHand: listPids,
    async pids() {
      return listPids();
    },
    async read(pids) {
      return pids.flatMap((pid) => parseStat(pid, readProc(`/proc/${pid}/stat`, buffer), pageBytes) ?? []);
    },
    async markers(pids) {
      const environ = Buffer.allocUnsafe(pids.length === 0 ? 0 : ENVIRON_BYTES);
      return new Map(pids.flatMap((pid) => readMarker(pid, environ)));
    },
    startedAt(pid) {
      const fields = toFields(readProc(`/proc/${pid}/stat`, buffer));
      return fields === null ? null : Number(fields[STAT.starttime]);
    },
    signal: signalPosix,
    killGroup: killPosixGroup,
  };
}

/** Tells whether this system shows its processes under `/proc` the way Linux does. */
export function isProcMounted(): boolean {
  return existsSync('/proc/self/stat');
}

function listPids(): readonly number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? Number(name) : []));
}

/** Places in `/proc/<pid>/stat` after the command name; see proc_pid_stat(5), whose numbers are 3 higher. */
const STAT = { state: 0, ppid: 1, pgrp: 2, session: 3, threads: 17, starttime: 19, rss: 21 } as const;

function parseStat(pid: number, stat: string | null, pageBytes: number): ProcessEntry | null {
  const fields = toFields(stat);
  if (fields === null || isDead(fields)) {
    return null;
  }
  return {
    pid,
    parent: Number(fields[STAT.ppid]),
    group: Number(fields[STAT.pgrp]),
    session: Number(fields[STAT.session]),
    startedAt: Number(fields[STAT.starttime]),
    residentBytes: Math.max(0, Number(fields[STAT.rss])) * pageBytes,
  };
}

/** A process whose first thread ended while others run is shown as a zombie, and is alive. */
function isDead(fields: readonly string[]): boolean {
  const state = fields[STAT.state];
  return state === 'X' || (state === 'Z' && Number(fields[STAT.threads]) <= 1);
}

/** Threat: a process names itself, parentheses and spaces included; only the last `)` ends the name. */
function toFields(stat: string | null): readonly string[] | null {
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** A process between two programs has no environment at that moment; neither has one that was started without. */
function readMarker(pid: number, buffer: Buffer): readonly (readonly [number, string | null])[] {
  const environ = readProc(`/proc/${pid}/environ`, buffer);
  if (environ === '') {
    return [];
  }
  const prefix = `${ATTEMPT_MARKER}=`;
  const variable = environ?.split('\0').find((entry) => entry.startsWith(prefix));
  return [[pid, variable?.slice(prefix.length) ?? null]];
}

/** Reads a file of `/proc` up to the buffer's size; null when the process is gone or not ours to read. */
function readProc(file: string, buffer: Buffer): string | null {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(file, 'r');
    let length = 0;
    let read = 0;
    do {
      read = readSync(descriptor, buffer, length, buffer.length - length, null);
      length += read;
    } while (read > 0 && length < buffer.length);
    return buffer.toString('utf8', 0, length);
  } catch {
    return null;
  } finally {
    if (descriptor !== null) {
      closeSync(descriptor);
    }
  }
}

/** The page size the kernel told this process at its start: AT_PAGESZ of the auxiliary vector, see getauxval(3). */
function readPageBytes(): number {
  const words = readFileSync('/proc/self/auxv');
  const wordBytes = process.arch === 'arm' || process.arch === 'ia32' ? 4 : 8;
  for (let at = 0; at + 2 * wordBytes <= words.length; at += 2 * wordBytes) {
    if (readWord(words, at, wordBytes) === AT_PAGESZ) {
      return readWord(words, at + wordBytes, wordBytes);
    }
  }
  return 4096;
}

const AT_PAGESZ = 6;

function readWord(words: Buffer, at: number, wordBytes: 4 | 8): number {
  const low = endianness() === 'LE' ? at : at + wordBytes - 4;
  return endianness() === 'LE' ? words.readUInt32LE(low) : words.readUInt32BE(low);
}
