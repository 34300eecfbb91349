import { lstat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { measureNesting } from '../../protocol/json-nesting.ts';
import type { Problem } from '../../protocol/problem.ts';
import { inboxFolders, isDropName, listDrops, type InboxFolder } from './inbox-folders.ts';
import { MAX_PACK_BYTES, readDrop, type Drop } from './read-drop.ts';

/** Takes in what is dropped, until nothing is left lying there. */
export interface Inbox {
  /** Something may lie at this path. */
  hint(path: string): void;
  /** Looks at every inbox: the truth, whatever was hinted or missed. Resolves when nothing is left but what waits. */
  rescan(): Promise<void>;
  /** Files that are still being written, as far as can be told. */
  readonly waiting: number;
  close(): Promise<void>;
}

export interface InboxOptions {
  readonly workflow: string;
  readonly defaultProject: string;
  /** Takes a whole file; whether it stays in its place (it was moved if it was refused). */
  readonly submit: (drop: DroppedFile) => Promise<'taken' | 'moved'>;
  /** Moves away what cannot be read as a pack. */
  readonly refuse: (drop: RefusedDrop) => Promise<void>;
  readonly onError: (path: string, error: unknown) => void;
  /** So much was dropped that hints are of no use (true), until nothing of it is left (false). */
  readonly onBurst?: (isOn: boolean) => void;
  /** Milliseconds without a change after which an incomplete file counts as finished. Default: 2000. */
  readonly stableMs?: number;
  /** Milliseconds; a monotonic clock. */
  readonly now: () => number;
}

export interface DroppedFile extends InboxFolder {
  readonly path: string;
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface RefusedDrop extends InboxFolder {
  readonly path: string;
  readonly name: string;
  readonly size: number;
  readonly problem: Problem;
}

/** Files taken in at the same time; each costs a few synced writes, which the disk does side by side. */
const PARALLEL = 8;
/** Files waiting for their turn that make a burst. */
const BURST = 200;
const RECHECK_MS = 150;
const RETRY_MS = 30_000;

/**
 * Creates an inbox over the folders of `workflow/`.
 *
 * A file that is one complete JSON document cannot still be growing, so it is taken at once; anything else is only
 * judged when it has not changed for a while. Nothing is removed before its bytes are kept elsewhere.
 */
export function createInbox(options: InboxOptions): Inbox {
  const { workflow, defaultProject, now } = options;
  const stableMs = options.stableMs ?? 2000;
  const unfinished = new Map<string, { readonly version: string; readonly since: number }>();
  const stuck = new Map<string, { readonly version: string; readonly until: number }>();
  const active = new Map<string, Promise<void>>();
  const queue = new Map<string, InboxEntry>();
  let timer: NodeJS.Timeout | null = null;
  let isBurst = false;
  let isClosed = false;

  const hint = (path: string): void => {
    const entry = entryAt(workflow, defaultProject, path);
    if (entry === null || isClosed || active.has(path)) return;
    queue.set(path, entry);
    if (queue.size > BURST) setBurst(true);
    pump();
  };
  const pump = (): void => {
    for (const entry of queue.values()) {
      if (active.size >= PARALLEL) return;
      queue.delete(entry.path);
      const work = look(entry)
        .catch((error: unknown) => options.onError(entry.path, error))
        .finally(() => {
          active.delete(entry.path);
          pump();
        });
      active.set(entry.path, work);
    }
    if (active.size === 0) setBurst(false);
  };
  const setBurst = (isOn: boolean): void => {
    if (isBurst === isOn) return;
    isBurst = isOn;
    options.onBurst?.(isOn);
  };
  const look = async (entry: InboxEntry): Promise<void> => {
    const drop = await readDrop(entry.path);
    if (drop.type === 'gone') {
      unfinished.delete(entry.path);
      stuck.delete(entry.path);
      return;
    }
    const version = drop.type === 'file' ? drop.version : await versionOf(entry.path);
    const failed = stuck.get(entry.path);
    if (failed?.version === version && now() < failed.until) return;
    const isWhole =
      drop.type === 'not_a_file' || (drop.type === 'file' && measureNesting(drop.bytes).isComplete);
    if (!isWhole && !hasSettled(entry.path, version)) return;
    unfinished.delete(entry.path);
    // What cannot be taken or moved away now (a full disk, a read-only folder) is left for a while.
    stuck.set(entry.path, { version, until: now() + RETRY_MS });
    await take(entry, drop, version);
    stuck.delete(entry.path);
  };
  const hasSettled = (path: string, version: string): boolean => {
    const seen = unfinished.get(path);
    if (seen?.version === version && now() - seen.since >= stableMs) return true;
    if (seen?.version !== version) unfinished.set(path, { version, since: now() });
    timer ??= setTimeout(() => {
      timer = null;
      for (const waiting of unfinished.keys()) hint(waiting);
    }, RECHECK_MS);
    return false;
  };
  const take = async (
    entry: InboxEntry,
    drop: Exclude<Drop, { type: 'gone' }>,
    version: string,
  ): Promise<void> => {
    if (drop.type !== 'file') {
      const size = drop.type === 'unreadable' ? 0 : drop.size;
      return await options.refuse({ ...entry, size, problem: problemOf(drop) });
    }
    const outcome = await options.submit({ ...entry, bytes: drop.bytes });
    if (outcome === 'moved') return;
    // Written to meanwhile: what is there now is another file, and is looked at again.
    if ((await versionOf(entry.path)) === version) await unlink(entry.path);
  };
  const drain = async (): Promise<void> => {
    while (active.size > 0 || queue.size > 0) await Promise.all(active.values());
  };

  return {
    hint,
    async rescan() {
      for (const { folder } of await inboxFolders(workflow, defaultProject)) {
        for (const name of await listDrops(folder)) hint(join(folder, name));
      }
      await drain();
    },
    get waiting() {
      return unfinished.size;
    },
    async close() {
      isClosed = true;
      queue.clear();
      if (timer !== null) clearTimeout(timer);
      await drain();
    },
  };
}

interface InboxEntry extends InboxFolder {
  readonly path: string;
  readonly name: string;
}

/** The inbox a path lies in; null for anything that is not a drop. */
function entryAt(workflow: string, defaultProject: string, path: string): InboxEntry | null {
  const name = basename(path);
  const folder = dirname(path);
  if (!isDropName(name)) return null;
  if (folder === workflow) return { path, name, folder, projectId: defaultProject };
  const project = dirname(folder);
  if (basename(folder) !== 'inbox' || dirname(project) !== workflow) return null;
  return { path, name, folder, projectId: basename(project) };
}

async function versionOf(path: string): Promise<string> {
  const stats = await lstat(path).catch(() => null);
  return stats === null ? 'gone' : `${stats.ino}:${stats.size}:${stats.mtimeMs}`;
}

function problemOf(drop: Exclude<Drop, { type: 'gone' | 'file' }>): Problem {
  const hint = 'Copy the pack itself into the inbox: a regular file of JSON text.';
  switch (drop.type) {
    case 'not_a_file':
      return {
        code: 'NOT_A_FILE',
        pointer: '',
        message: `This is ${drop.what}; it was not followed or read.`,
        hint,
      };
    case 'too_large':
      return {
        code: 'TOO_LARGE',
        pointer: '',
        message: `The file has ${drop.size} bytes; at most ${MAX_PACK_BYTES} are read.`,
        hint,
      };
    case 'unreadable':
      return { code: 'NOT_READABLE', pointer: '', message: `The file cannot be read: ${drop.reason}.`, hint };
  }
}
