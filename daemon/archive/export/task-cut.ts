import { join } from 'node:path';
import { MAX_LINE_BYTES } from '../../../protocol/event-line.ts';
import { damagedLog, readLogLines } from '../log-lines.ts';
import type { CommittedTask } from '../project-log.ts';
import { openRegularFile, readChunks } from '../regular-file.ts';

/** How much of a task belongs in an archive. */
export interface TaskCut {
  readonly task_id: string;
  /** Size of its log up to and with the newest head. */
  readonly bytes: number;
  /** Attempts whose outcome is among those lines: their files no longer change. */
  readonly endedAttempts: ReadonlySet<string>;
}

/**
 * Cuts a task's log at the newest head that the project log commits to; with none, after its first line.
 *
 * @throws ReeveError LEDGER_DAMAGED when the log does not hold that line, NOT_FOUND, IO_FAILED
 */
export async function cutTaskLog(projectFolder: string, task: CommittedTask): Promise<TaskCut> {
  const name = `tasks/${task.task_id}/events.jsonl`;
  const path = join(projectFolder, name);
  const { handle, bytes } = await openRegularFile(path);
  try {
    const wanted = task.head?.bytes ?? Math.min(bytes, MAX_LINE_BYTES + 1);
    if (wanted > bytes) throw damagedLog(name, `its head covers ${wanted} bytes, but it has only ${bytes}`);
    const endedAttempts = new Set<string>();
    const span = await readLogLines(readChunks(handle, path, { to: wanted }), name, (line, data) => {
      if (ENDINGS.has(line.type)) endedAttempts.add(String(data()['attempt_id']));
    });
    if (span?.first.event_hash !== task.genesis) {
      throw damagedLog(name, 'its first line is not the one the project log knows');
    }
    const { task_id, head } = task;
    if (head === null) return { task_id, bytes: span.first.end, endedAttempts: new Set() };
    if (span.last.end !== wanted || span.last.event_hash !== head.event_hash) {
      throw damagedLog(name, `line ${head.seq} is not the one the project log commits to`);
    }
    return { task_id, bytes: wanted, endedAttempts };
  } finally {
    await handle.close();
  }
}

const ENDINGS: ReadonlySet<string> = new Set(['attempt.recorded', 'attempt.interrupted']);
