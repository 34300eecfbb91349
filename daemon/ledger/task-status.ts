import type { EventSlices } from '../../protocol/event-slices.ts';
import type { TaskStatus } from '../../protocol/generated/types.ts';

/** Every status of a task, in the order of its life. */
export const TASK_STATUSES: readonly TaskStatus[] = [
  'queued',
  'running',
  'waiting',
  'needs_person',
  'accepted',
  'rejected',
  'abandoned',
];

/** Tells whether a task is at its end: nothing follows its one final close. */
export function isClosed(status: TaskStatus): boolean {
  return status === 'accepted' || status === 'rejected' || status === 'abandoned';
}

/**
 * Tells a task's status after an event that no head covers yet, as far as the event alone shows it.
 *
 * Only for a log found ahead of its head after a crash. The domain decides what a status is; where an event leaves
 * it open this answers with one that makes the daemon read the log.
 */
export function statusAfter(
  line: EventSlices,
  data: () => Readonly<Record<string, unknown>>,
  before: TaskStatus,
): TaskStatus {
  switch (line.type) {
    case 'task.closed':
      return toFinalStatus(data()['final_status']);
    case 'task.escalated':
      return 'needs_person';
    case 'attempt.started':
      return 'running';
    case 'task.opened':
    case 'pack.accepted':
    case 'rework.requested':
    case 'step.reset':
    case 'attempt.recorded':
    case 'attempt.interrupted':
      return 'queued';
    default:
      return before;
  }
}

function toFinalStatus(value: unknown): TaskStatus {
  return value === 'accepted' || value === 'rejected' || value === 'abandoned' ? value : 'queued';
}
