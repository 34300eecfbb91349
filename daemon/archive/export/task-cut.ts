import { join } from 'node:path';
import { MAX_LINE_BYTES } from '../../../protocol/event-line.ts';
import { damagedLog, readLogLines, type LineContent, type SeeLine } from '../log-lines.ts';
import { taskLogOf } from '../project-layout.ts';
import type { CommittedTask } from '../project-log.ts';
import { openTaskLog, type TaskLogFiles } from '../task-log-files.ts';

/** How much of a task belongs in an archive. */
export interface TaskCut {
  /** Size of its log up to and with the newest head. */
  readonly bytes: number;
  /** Attempts whose outcome is among those lines: their files no longer change. */
  readonly endedAttempts: readonly string[];
}

/**
 * Cuts a task's log at the newest head that the project log commits to; with none, after its first line.
 *
 * Every line is compared with its hash: nothing is signed and handed over that was not looked at.
 *
 * @param see is shown the lines up to the cut
 * @throws ReeveError LEDGER_DAMAGED when the log does not hold that line, NOT_FOUND, IO_FAILED
 */
export async function cutTaskLog(projectFolder: string, task: CommittedTask, see: SeeLine): Promise<TaskCut> {
  const log = openTaskLog(join(projectFolder, 'tasks', task.task_id));
  try {
    return await cutOpenLog(log, task, see);
  } finally {
    log.close();
  }
}

async function cutOpenLog(log: TaskLogFiles, task: CommittedTask, see: SeeLine): Promise<TaskCut> {
  const { task_id, head, genesis } = task;
  const name = taskLogOf(task_id);
  const wanted = head?.bytes ?? Math.min(log.bytes, MAX_LINE_BYTES + 1);
  if (wanted > log.bytes)
    throw damagedLog(name, `its head covers ${wanted} bytes, but it has only ${log.bytes}`);
  const endedAttempts: string[] = [];
  const takeLine: SeeLine = (line, content) => {
    if (line.seq === 1 && line.event_hash !== genesis) {
      throw damagedLog(name, 'its first line is not the one the project log knows');
    }
    if (head === null && line.seq > 1) return;
    if (ENDINGS.has(line.type)) endedAttempts.push(attemptIdOf(content));
    see(line, content);
  };
  const span = await readLogLines(log.read({ to: wanted }), name, { see: takeLine, isHashed: true });
  if (span === null) throw damagedLog(name, 'its first line is not the one the project log knows');
  if (head === null) return { bytes: span.first.end, endedAttempts: [] };
  if (span.last.end !== wanted || span.last.event_hash !== head.event_hash) {
    throw damagedLog(name, `line ${head.seq} is not the one the project log commits to`);
  }
  return { bytes: wanted, endedAttempts };
}

/** A file of a task's log, and where it lies in the whole of it. */
export interface LogPart {
  /** In the task's folder. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** The files that an archive keeps a task's log in: as the project log tells of its segments. */
export function listLogParts({ sealed }: CommittedTask, bytes: number): readonly LogPart[] {
  const parts: LogPart[] = [];
  let from = 0;
  for (const segment of sealed) {
    parts.push({ name: segment.file, from, to: from + segment.bytes });
    from += segment.bytes;
  }
  return [...parts, { name: 'events.jsonl', from, to: bytes }];
}

const ENDINGS: ReadonlySet<string> = new Set(['attempt.recorded', 'attempt.interrupted']);

function attemptIdOf(content: LineContent): string {
  const { attempt_id }: Readonly<Record<string, unknown>> = { ...content.event().data };
  return String(attempt_id);
}
