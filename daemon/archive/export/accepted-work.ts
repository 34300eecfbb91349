import type { LedgerEvent } from '../../../protocol/events.ts';

/** What an accepted task delivered: the commit, and the patch that was measured. */
export interface AcceptedWork {
  readonly task_id: string;
  readonly branch: string;
  readonly commit: string;
  /** Path in the task folder, and digest; null without one. */
  readonly patch: { readonly path: string; readonly sha256: string } | null;
}

/** Gathers the accepted work of a project, from the events of its task logs. */
export interface AcceptedWorkList {
  /** Takes an event of a task. */
  take(event: LedgerEvent): void;
  /** What was gathered, task by task, in the order of its commits. */
  list(): readonly AcceptedWork[];
}

/** Tasks beyond these are in the manifest like all others, but are not named one by one. */
const MAX_TASKS = 10_000;

/** Creates an empty list; lines come log by log, the newest task first. */
export function createAcceptedWorkList(): AcceptedWorkList {
  const accepted: (readonly AcceptedWork[])[] = [];
  let log = '';
  const patches = new Map<string, AcceptedWork['patch']>();
  let commits: AcceptedWork[] = [];
  return {
    take({ log_id, type, task_id = '', ...event }) {
      if (log_id !== log) {
        patches.clear();
        commits = [];
        log = log_id;
      }
      if (!CONCERNS.has(type)) return;
      const data: Data = { ...event.data };
      if (type === 'attempt.recorded') patches.set(text(data['attempt_id']), toPatch(data['patch']));
      else if (type === 'work.committed') {
        const patch = patches.get(text(data['attempt_id'])) ?? null;
        commits.push({ task_id, branch: text(data['branch']), commit: text(data['commit']), patch });
      } else if (data['final_status'] === 'accepted' && accepted.length < MAX_TASKS)
        accepted.push([...commits]);
    },
    list: () => accepted.toReversed().flat(),
  };
}

const CONCERNS: ReadonlySet<string> = new Set(['attempt.recorded', 'work.committed', 'task.closed']);

type Data = Readonly<Record<string, unknown>>;

function toPatch(value: unknown): AcceptedWork['patch'] {
  const { path, sha256 }: Data = { ...(value as object | null) };
  return typeof path === 'string' && typeof sha256 === 'string' ? { path, sha256 } : null;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
