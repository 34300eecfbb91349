import { join } from 'node:path';
import { parseEventLine } from '../protocol/event-line.ts';
import type { LedgerEvent } from '../protocol/events.ts';
import type { Config } from '../daemon/config/config.ts';

/** Absolute path of the folder of a task's log. */
export function taskLogFolder(config: Config, projectId: string, taskId: string): string {
  return join(config.paths.workflow, projectId, 'tasks', taskId);
}

/** The event of a line; null for a line that is damaged, which `reeve verify` explains. */
export function readEventLine(line: string): LedgerEvent | null {
  try {
    return parseEventLine(line);
  } catch {
    return null;
  }
}
