import type { TaskStatus } from '../../../../protocol/generated/types.ts';
import type { TaskCard } from '../fold/task-card.ts';
import { mark, type Span, type Tone } from '../page/page.ts';

const WORDS: Readonly<Record<TaskStatus, readonly [tone: Tone, words: string]>> = {
  accepted: ['good', 'Accepted'],
  rejected: ['bad', 'Rejected'],
  abandoned: ['bad', 'Abandoned'],
  needs_person: ['warn', 'Open: waits for a person'],
  waiting: ['plain', 'Open: waits for more steps'],
  queued: ['plain', 'Open: not begun'],
  running: ['plain', 'Open: being worked on'],
};

/** A task's status in words. */
export function statusMark({ status, isUnproved }: TaskCard): Span {
  if (isUnproved) return mark('bad', 'Accepted without a pass');
  const [tone, words] = WORDS[status];
  return mark(tone, words);
}

/** Whether a task has had its final close. */
export function isOpen(status: TaskStatus): boolean {
  return !['accepted', 'rejected', 'abandoned'].includes(status);
}
