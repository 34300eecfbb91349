import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { ReeveError } from '../../protocol/errors.ts';
import type { Config } from '../config/config.ts';
import { createInbox } from '../inbox/create-inbox.ts';
import { watchInboxes } from '../inbox/watch-inboxes.ts';
import type { Kernel } from './kernel.ts';

/** The inboxes at work: watcher for speed, rescan for truth. */
export interface Intake {
  /** Whether the first full scan is done. */
  readonly isReady: boolean;
  /** Whether the last scan left nothing that waits. */
  readonly isSettled: boolean;
  /** Resolves when a full scan found every inbox empty of packs. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the inboxes of a data root and takes in what lies there. */
export async function createIntake(options: {
  readonly config: Config;
  readonly kernel: Kernel;
  readonly log: Logger;
}): Promise<Intake> {
  const { config, kernel, log } = options;
  let isReady = false;
  let isClosed = false;
  let scanning: Promise<void> = Promise.resolve();
  const inbox = createInbox({
    workflow: config.paths.workflow,
    defaultProject: config.project,
    now: () => performance.now(),
    submit: async ({ bytes, name, projectId, path }) => {
      const answer = await kernel.commands.submitFile({ bytes, name, projectId, source: 'inbox' }, path);
      if (answer.outcome !== 'refused') return 'taken';
      log.info(
        { name, project_id: projectId, problems: answer.problems, kept_as: answer.kept_as },
        'pack refused',
      );
      return 'moved';
    },
    refuse: async ({ projectId, name, path, size, problem }) => {
      log.info({ name, project_id: projectId, problem }, 'pack refused');
      const content = { file: path };
      await kernel.commands.refuse(projectId, { name, content, sha256: null, size, problems: [problem] });
    },
    onError: (path, err) =>
      log.error({ err, path, hint: hintOf(err) }, 'a dropped file was left where it lies'),
    onBurst: (isOn) => {
      if (isOn) watch.pause();
      else if (!isClosed) void watch.resume().then(scan);
    },
  });
  const watch = watchInboxes({
    workflow: config.paths.workflow,
    onHint: (path) => inbox.hint(path),
    onError: (err) => log.warn({ err }, 'the file watcher failed; the periodic scan goes on'),
  });
  const scan = (): Promise<void> => {
    scanning = scanning
      .then(() => inbox.rescan())
      .then(() => {
        isReady = true;
      })
      .catch((err: unknown) => log.error({ err }, 'the inboxes could not be scanned'));
    return scanning;
  };
  await watch.ready;
  const timer = setInterval(() => {
    void scan();
    kernel.considerAll();
  }, config.inbox.rescanSec * 1000);
  void scan();
  return {
    get isReady() {
      return isReady;
    },
    get isSettled() {
      return inbox.waiting === 0;
    },
    async settled() {
      do {
        await scan();
        if (inbox.waiting > 0) await new Promise((resolve) => setTimeout(resolve, 100));
      } while (inbox.waiting > 0);
    },
    async close() {
      isClosed = true;
      clearInterval(timer);
      await watch.close();
      await scanning;
      await inbox.close();
    },
  };
}

function hintOf(error: unknown): string {
  if (error instanceof ReeveError && error.hint !== undefined) return error.hint;
  return 'make the folder writable, or free some disk space; the file is tried again by itself';
}
