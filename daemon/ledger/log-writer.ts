import { fsyncSync, ftruncateSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import type { EventDraft } from '../../protocol/events.ts';
import type { Actor } from '../../protocol/generated/types.ts';
import type { Appended, LogHead } from '../ports/ledger.ts';
import { buildLines, type LinesTarget } from './build-lines.ts';
import type { DescriptorCache } from './descriptor-cache.ts';
import type { EventFeed, FeedTicket } from './event-feed.ts';
import type { EventStamps } from './event-stamps.ts';
import type { FlushQueue } from './flush-queue.ts';
import type { LedgerHealth } from './ledger-health.ts';
import type { LineEncoder } from './line-encoder.ts';
import { createLogFile, type Rotation } from './log-rotation.ts';
import { syncFolders } from './sync-folder.ts';

/** What all writers of one ledger share. */
export interface WriterContext {
  readonly stamps: EventStamps;
  readonly feed: EventFeed;
  readonly health: LedgerHealth;
  readonly descriptors: DescriptorCache;
  readonly flushes: FlushQueue;
  readonly encode: LineEncoder;
  /** Bytes of a task log's file from which on it is sealed. */
  readonly segmentBytes: number;
}

/** The log a writer writes. */
export interface WriterTarget extends LinesTarget {
  /** Absolute path. */
  readonly path: string;
  /** The last durable line; null for a log to be made. */
  readonly head: LogHead | null;
  /** How the file is set aside for a new one once it is large; without it all lines go into one file. */
  readonly rotation?: Rotation;
  /** Sees all lines of a write, each with its newline, once they are durable and before they are acknowledged. */
  readonly onLines?: (lines: string) => void;
  /** Called when lines that were built will never be durable: the log stands at this head again. */
  readonly onLost?: (head: LogHead | null) => void;
}

/** The one writer of one log. */
export interface LogWriter {
  /** The last line built, durable or not. */
  head(): LogHead | null;
  /**
   * Builds lines at once and writes them with all others of this turn: one write, one sync.
   *
   * `onDurable` is called before the promise resolves.
   *
   * @throws ReeveError LEDGER_POISONED; LINE_TOO_LONG and LINE_INVALID, and then none of the drafts is taken
   */
  append(actor: Actor, drafts: readonly EventDraft[], onDurable?: (head: LogHead) => void): Appended;
  /** Resolves when nothing is waiting to be written, whatever became of it. */
  idle(): Promise<void>;
}

/**
 * Creates the writer of a log: `append → gather → write → fdatasync → acknowledge`, one group at a time.
 *
 * A write that fails (a full disk) is undone and costs its own group and the one built on it. A sync that fails
 * poisons the whole ledger. While the file is set aside, groups wait.
 */
export function createLogWriter(context: WriterContext, target: WriterTarget): LogWriter {
  const { health, descriptors, flushes } = context;
  const flush = { write, synced };
  let built = target.head;
  let durable = target.head;
  let gathering: Group | null = null;
  let writing: Group | null = null;
  const file = createLogFile(target.rotation, requestIfGathering);

  function append(
    actor: Actor,
    drafts: readonly EventDraft[],
    onDurable?: (head: LogHead) => void,
  ): Appended {
    health.assertSound();
    const lines = buildLines(context.stamps, target, built, actor, drafts, gathering === null);
    built = lines.head;
    gathering ??= createGroup();
    const group = gathering;
    group.text += lines.text;
    group.tickets.push(context.feed.announce(lines.events));
    if (onDurable !== undefined) group.callbacks.push(onDurable);
    group.head = built;
    if (writing === null && group.tickets.length === 1) requestFlush();
    return { events: lines.events, durable: group.durable };
  }

  function requestFlush(): void {
    flushes.request(flush);
  }

  function endOfFile(): number {
    return (durable?.bytes ?? 0) - file.start();
  }

  function requestIfGathering(): void {
    if (gathering !== null) requestFlush();
  }

  function write(): number | null {
    const group = gathering;
    if (group === null || writing !== null || file.rotating() !== null) return null;
    if (!descriptors.admits(requestFlush)) return null;
    gathering = null;
    writing = group;
    let fd: number | null = null;
    try {
      health.assertSound();
      fd = descriptors.borrow(target.path, durable, file.start());
      writeAll(fd, context.encode(group.text), endOfFile());
      return fd;
    } catch (error) {
      lose(group, undo(health, { path: target.path, fd, end: endOfFile() }, error));
      return null;
    }
  }

  function synced(error: Error | null): void {
    const group = writing;
    if (group === null) return;
    if (error !== null) lose(group, health.poison(target.path, error));
    else if (durable !== null) settle(group);
    else {
      syncFolders(NEW_LOG_FOLDERS, dirname(target.path), (folderError) => {
        if (folderError !== null) lose(group, health.poison(target.path, folderError));
        else settle(group);
      });
    }
  }

  function settle(group: Group): void {
    durable = group.head;
    target.onLines?.(group.text);
    finish();
    if (durable !== null) for (const callback of group.callbacks) callback(durable);
    for (const ticket of group.tickets) context.feed.settle(ticket, true);
    group.resolve();
    file.rotateIfFull(durable);
  }

  function lose(group: Group, error: ReeveError): void {
    // What was gathered meanwhile links to lines that will never exist.
    const lost = gathering === null ? [group] : [group, gathering];
    gathering = null;
    built = durable;
    finish();
    target.onLost?.(durable);
    for (const each of lost) {
      for (const ticket of each.tickets) context.feed.settle(ticket, false);
      each.reject(error);
    }
  }

  function finish(): void {
    writing = null;
    descriptors.giveBack(target.path);
    // After the acknowledged producers had their turn, so that their next events join the same write.
    requestIfGathering();
  }

  async function idle(): Promise<void> {
    const busy = (): Promise<void> | null => (gathering ?? writing)?.durable ?? file.rotating();
    for (let work = busy(); work !== null; work = busy()) await work.catch(() => undefined);
  }

  return { head: () => built, append, idle };
}

/** Lines written together. */
interface Group {
  text: string;
  /** Where the log stands after them. */
  head: LogHead | null;
  readonly tickets: FeedTicket[];
  readonly callbacks: ((head: LogHead) => void)[];
  readonly durable: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: ReeveError) => void;
}

/** A new log adds entries to its own folder and to the two above. */
const NEW_LOG_FOLDERS = 3;

function createGroup(): Group {
  let resolve = (): void => undefined;
  let reject = (_error: ReeveError): void => undefined;
  const durable = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { text: '', head: null, tickets: [], callbacks: [], durable, resolve, reject };
}

/** A nearly full disk takes a part and reports success: only the next write tells. */
function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  let done = 0;
  while (done < bytes.length) {
    const count = writeSync(fd, bytes, done, bytes.length - done, position + done);
    if (count === 0) throw new Error('the system wrote nothing');
    done += count;
  }
}

/** Puts a file back to its durable end, so that the log can go on; a damaged or poisoned one is left alone. */
function undo(
  health: LedgerHealth,
  { path, fd, end }: { readonly path: string; readonly fd: number | null; readonly end: number },
  cause: unknown,
): ReeveError {
  if (cause instanceof ReeveError) return cause;
  try {
    if (fd !== null) {
      ftruncateSync(fd, end);
      fsyncSync(fd);
    }
    return writeFailed(path, cause);
  } catch (error) {
    return health.poison(path, error);
  }
}

function writeFailed(path: string, cause: unknown): ReeveError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ReeveError('LEDGER_WRITE_FAILED', `Nothing was added to ${path}: ${reason}.`, {
    cause,
    hint: 'Free some disk space or mend the file system; the ledger stands where it stood and can go on.',
  });
}
