import type { TaskStatus } from '../../../../protocol/generated/types.ts';
import { shortenText } from './shorten-text.ts';
import type { TaskStory } from './task-story.ts';

/** One row for every task of the project, whether its log is in the archive or not; small, since there may be many. */
export interface TaskCard {
  readonly taskId: string;
  readonly title: string;
  readonly status: TaskStatus;
  /** RFC 3339; of the last thing known of it. */
  readonly updated: string;
  /** Null while its own log was not read: only the project log tells of it. */
  readonly attempts: number | null;
  readonly failed: number;
  /** Whether it counts as accepted although its latest attempt, if any, did not pass. */
  readonly isUnproved: boolean;
  /** grave: something that people are pointed to; rough: a failed or interrupted attempt; smooth: neither. */
  readonly course: 'grave' | 'rough' | 'smooth';
}

const MAX_TITLE = 100;

/** A task that the project log tells of. */
export function newCard(taskId: string, title: string, updated: string): TaskCard {
  const unknown = { attempts: null, failed: 0, isUnproved: false, course: 'smooth' } as const;
  return { taskId, title: shortenText(title, MAX_TITLE), status: 'queued', updated, ...unknown };
}

/** The row of a task whose log was read; its status is that of its close, or else of its newest head. */
export function cardOf(story: TaskStory, known: TaskCard | undefined): TaskCard {
  const { attempts, failed, interrupted, grave, latest } = story.tally;
  const status = story.closed?.data.final_status ?? known?.status ?? 'queued';
  const isRough = failed + interrupted > 0;
  return {
    taskId: story.taskId,
    title: story.title === '' ? (known?.title ?? '') : shortenText(story.title, MAX_TITLE),
    status,
    updated: story.updated,
    attempts,
    failed,
    isUnproved: status === 'accepted' && latest !== 'PASS' && story.withheld.items.length === 0,
    course: grave > 0 ? 'grave' : isRough ? 'rough' : 'smooth',
  };
}

/** Orders what needs a reader first (open, not accepted, overridden), then what was made good, then the newest. */
export function compareCards(one: TaskCard, other: TaskCard): number {
  const byUrgency = urgencyOf(one) - urgencyOf(other);
  if (byUrgency !== 0) return byUrgency;
  if (one.updated !== other.updated) return one.updated < other.updated ? 1 : -1;
  return one.taskId < other.taskId ? -1 : 1;
}

const URGENCY = { grave: 0, rough: 1, smooth: 2 } as const;

function urgencyOf({ status, course }: TaskCard): number {
  return status === 'accepted' ? URGENCY[course] : 0;
}
