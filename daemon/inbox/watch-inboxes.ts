import { basename, dirname, join } from 'node:path';
import { watch, type FSWatcher } from 'chokidar';
import { isId } from '../../protocol/ids.ts';
import { isDropName } from './inbox-folders.ts';

/** Early wake-ups from the file system. */
export interface InboxWatch {
  /** Settles when the first watches stand. */
  readonly ready: Promise<void>;
  /** Stops looking. */
  pause(): void;
  /** Looks again; resolves when the watches stand. What was dropped meanwhile is not told of. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Calls back when something may have been dropped: a hint only, since watchers lose events in silence.
 *
 * Watches inboxes and never ledgers: on Linux every watched file costs a kernel watch. To be paused while thousands of
 * files lie in an inbox: with each file that goes, the watcher looks at all that are left.
 */
export function watchInboxes(options: {
  readonly workflow: string;
  readonly onHint: (path: string) => void;
  readonly onError: (error: unknown) => void;
}): InboxWatch {
  let watcher = openWatcher(options);
  const standing = (opened: FSWatcher): Promise<void> =>
    new Promise((resolve) => opened.once('ready', () => resolve()));
  return {
    ready: standing(watcher),
    pause() {
      watcher.close().catch(options.onError);
    },
    resume() {
      watcher = openWatcher(options);
      return standing(watcher);
    },
    close: () => watcher.close(),
  };
}

function openWatcher({ workflow, onHint, onError }: Parameters<typeof watchInboxes>[0]): FSWatcher {
  const watcher = watch(workflow, {
    ignoreInitial: true,
    depth: 2,
    followSymlinks: false,
    ignored: (path) => !isOfInterest(workflow, path),
  });
  watcher.on('add', onHint).on('change', onHint).on('error', onError);
  // The system names the file at once; the watcher's own events come after it has looked at the whole folder again.
  watcher.on('raw', (_event, name, details) => {
    const watched = watchedPath(details);
    if (watched !== null && typeof name === 'string') onHint(join(watched, name));
  });
  return watcher;
}

/** What is watched, as a raw event tells it; its form is the watcher's own affair. */
function watchedPath(details: unknown): string | null {
  const isKnown = typeof details === 'object' && details !== null && 'watchedPath' in details;
  return isKnown && typeof details.watchedPath === 'string' ? details.watchedPath : null;
}

/** `workflow/`, `workflow/*.json`, `workflow/<project>/`, `workflow/<project>/inbox/` and what is dropped there. */
function isOfInterest(workflow: string, path: string): boolean {
  if (path === workflow) return true;
  const name = basename(path);
  const parent = dirname(path);
  if (parent === workflow) return isDropName(name) || isId(name);
  if (dirname(parent) === workflow) return name === 'inbox';
  return basename(parent) === 'inbox' && isDropName(name);
}
