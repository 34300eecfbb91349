import type { LedgerEvent } from '../../protocol/events.ts';
import type { Config } from '../../daemon/config/config.ts';
import type { Queries } from '../../daemon/ports/services.ts';
import { followLines } from '../follow-lines.ts';
import { readEventLine, taskLogFolder } from '../task-log.ts';

/** Shows a task's events after a sequence number while work on it goes on, and all of them before it returns. */
export async function watchTask(options: {
  readonly config: Config;
  readonly queries: Queries;
  readonly projectId: string;
  readonly taskId: string;
  readonly afterSeq: number;
  readonly show: (event: LedgerEvent) => void;
  /** Settles when nothing is owed any more. */
  readonly work: Promise<void>;
}): Promise<void> {
  const { config, queries, projectId, taskId, show, work } = options;
  const ended = new AbortController();
  let { afterSeq } = options;
  const take = (event: LedgerEvent | null): void => {
    if (event === null || event.seq <= afterSeq) return;
    afterSeq = event.seq;
    show(event);
  };
  const following = (async () => {
    const folder = taskLogFolder(config, projectId, taskId);
    for await (const line of followLines(folder, { follow: true, signal: ended.signal }))
      take(readEventLine(line));
  })();
  try {
    await work;
  } finally {
    ended.abort();
    await following;
  }
  for await (const event of queries.taskEvents(taskId, { projectId, afterSeq })) take(event);
}
