import type { ProcessEntry, ProcessTable } from '../process-table/process-table.ts';
import { createMarkReader } from './mark-reader.ts';

/** What makes a process a member by itself; everything that descends from a member is one too. */
export interface TreeSeeds {
  /** Processes known by pid and start; with a null start by the pid alone. */
  readonly roots: readonly { readonly pid: number; readonly startedAt: number | null }[];
  /** Process groups known to be ours even when no member of them was seen yet. */
  readonly groups: readonly number[];
  /** Attempts whose marker a process may carry in its environment. */
  readonly attemptIds: ReadonlySet<string>;
  /** No member started before this; a pid that did was used before ours. */
  readonly since: number;
  /** Pids known to be others'; they need not be looked at while they stay in use. */
  readonly strangers: readonly number[];
}

/** The processes of one attempt, followed over time. */
export interface ProcessTree {
  /** Looks at the table again and tells which members live now. Calls must not overlap. */
  observe(): Promise<readonly ProcessEntry[]>;
  /** Signals members; SIGKILL also goes to their whole groups. */
  signal(members: readonly ProcessEntry[], signal: 'SIGTERM' | 'SIGKILL'): void;
}

/**
 * Follows a process tree through everything that hides a process from its parent.
 *
 * A live process is a member when it is a root, was a member before, carries our marker, or has a member as its parent
 * or as the leader of its group or session. Membership is remembered, so a child seen once stays ours after its parent
 * is gone. So are strangers, by pid, while that pid stays in use from one look to the next: a look costs what is new on
 * the machine, not what is on it. Invariant: this process itself is never a member.
 */
export function createProcessTree(table: ProcessTable, seeds: TreeSeeds): ProcessTree {
  const marks = createMarkReader(table, seeds.attemptIds);
  let members: ReadonlyMap<string, ProcessEntry> = new Map();
  let leaders: ReadonlySet<number> = new Set(seeds.groups);
  let strangers: ReadonlySet<number> = new Set(seeds.strangers);

  return {
    async observe() {
      const present = new Set(await table.pids());
      const unknown = [...present].filter((pid) => !strangers.has(pid) && pid !== process.pid);
      const entries = (await table.read(unknown)).filter(({ startedAt }) => startedAt >= seeds.since);
      const isMember = (entry: ProcessEntry): boolean => members.has(toKey(entry)) || isRoot(entry, seeds);
      const { marked, unreadable } = await marks.read(entries.filter((entry) => !isMember(entry)));

      const own = entries.filter((entry) => isMember(entry) || marked.has(entry.pid));
      members = gather(entries, own, withoutReused(leaders, entries, own));
      const pids = new Set([...members.values()].map(({ pid }) => pid));
      const isStranger = (pid: number): boolean => present.has(pid) && !pids.has(pid) && !unreadable.has(pid);
      leaders = new Set([...seeds.groups, ...pids]);
      strangers = new Set([...strangers, ...unknown].filter(isStranger));
      return [...members.values()];
    },
    signal(targets, signal) {
      if (signal === 'SIGKILL') {
        const groups = new Set(targets.map(({ group }) => group).filter((group) => leaders.has(group)));
        groups.forEach((group) => table.killGroup(group));
      }
      targets.forEach(({ pid }) => table.signal(pid, signal));
    },
  };
}

function isRoot(entry: ProcessEntry, { roots }: TreeSeeds): boolean {
  return roots.some(
    ({ pid, startedAt }) => pid === entry.pid && (startedAt === null || startedAt === entry.startedAt),
  );
}

/** A leader that died leaves its number to its group, until the number is given to another process. */
function withoutReused(
  leaders: ReadonlySet<number>,
  entries: readonly ProcessEntry[],
  own: readonly ProcessEntry[],
): ReadonlySet<number> {
  const members = new Set(own);
  const reused = new Set(entries.filter((entry) => !members.has(entry)).map(({ pid }) => pid));
  return new Set([...leaders].filter((leader) => !reused.has(leader)));
}

/** Adds to the members, until nothing is left to add, whatever a member begot or leads. */
function gather(
  entries: readonly ProcessEntry[],
  own: readonly ProcessEntry[],
  formerLeaders: ReadonlySet<number>,
): ReadonlyMap<string, ProcessEntry> {
  const members = new Map(own.map((entry) => [toKey(entry), entry]));
  const parents = new Set(own.map(({ pid }) => pid));
  const leaders = new Set([...formerLeaders, ...parents]);
  let size: number;
  do {
    size = members.size;
    for (const entry of entries) {
      if (parents.has(entry.parent) || leaders.has(entry.group) || leaders.has(entry.session)) {
        members.set(toKey(entry), entry);
        parents.add(entry.pid);
        leaders.add(entry.pid);
      }
    }
  } while (members.size > size);
  return members;
}

/** A pid alone may be used again; with its start it names one process for ever (of this boot). */
function toKey({ pid, startedAt }: ProcessEntry): string {
  return `${pid}@${startedAt}`;
}
