import type { TaskStatus } from '../../protocol/generated/types.ts';
import type { Paint } from '../context.ts';

/** The colour of a task's status. */
export function statusPaint(status: TaskStatus, paint: Paint): (text: string) => string {
  switch (status) {
    case 'accepted':
      return paint.green;
    case 'rejected':
    case 'abandoned':
      return paint.red;
    case 'needs_person':
      return paint.magenta;
    case 'running':
      return paint.yellow;
    case 'queued':
    case 'waiting':
      return paint.cyan;
  }
}
