import type { Logger } from 'pino';
import type { LedgerEvent } from '../../protocol/events.ts';
import { writeGitNote } from '../anchors/git-notes.ts';
import type { ProjectLedger } from '../ports/ledger.ts';
import type { WrittenCheckpoint } from './write-checkpoint.ts';

/** Puts checkpoints as git notes on the commits of accepted work: an anchor that travels with the repository. */
export interface WorkNotes {
  /** Hears of every durable event. */
  note(event: LedgerEvent): void;
  /** Takes a checkpoint that was just written; the notes it covers are put in the background. */
  cover(ledger: ProjectLedger, written: WrittenCheckpoint): void;
  /** Resolves when no note is under way. */
  idle(): Promise<void>;
}

export interface WorkNotesOptions {
  /** A folder of the repository that the commits are in. */
  readonly repository: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
}

/** Creates the writer of notes: one at a time, and none that fails costs more than a line in the log. */
export function createWorkNotes({ repository, env, log }: WorkNotesOptions): WorkNotes {
  /** Accepted tasks by project, each with the seq of the project line that anchors its close. */
  const owed = new Map<string, Map<string, number>>();
  let writing: Promise<void> = Promise.resolve();

  const write = async (ledger: ProjectLedger, taskId: string, note: string): Promise<void> => {
    const commit = await commitOf(ledger, taskId);
    if (commit !== null) await writeGitNote({ repository, env, commit, note });
  };
  return {
    note({ type, seq, project_id, data }) {
      if (type !== 'head.committed' || data.status !== 'accepted') return;
      const tasks = owed.get(project_id) ?? new Map<string, number>();
      owed.set(project_id, tasks.set(data.task_id, seq));
    },
    cover(ledger, { checkpoint, note }) {
      for (const [taskId, seq] of owed.get(ledger.projectId) ?? []) {
        if (seq > checkpoint.size) continue;
        owed.get(ledger.projectId)?.delete(taskId);
        writing = writing
          .then(() => write(ledger, taskId, note))
          .catch((err: unknown) => log.warn({ err, task_id: taskId }, 'a git note was not written'));
      }
    },
    idle: () => writing,
  };
}

/** What the task's last step left on its branch; null for work that Reeve did not commit. */
async function commitOf(ledger: ProjectLedger, taskId: string): Promise<string | null> {
  let commit: string | null = null;
  for await (const event of ledger.readTask(taskId)) {
    if (event.type === 'work.committed') commit = event.data.commit;
  }
  return commit;
}
