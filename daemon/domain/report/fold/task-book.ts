import type { LedgerEvent } from '../../../../protocol/events.ts';
import type { WithheldLine } from '../report.ts';
import { createShortlist, type Chosen, type ShortlistLimits } from './shortlist.ts';
import { cardOf, newCard, type TaskCard } from './task-card.ts';
import { newStory, type TaskStory } from './task-story.ts';
import { tellEvent, tellWithheld } from './tell-event.ts';
import { addWork, NO_WORK, type WorkTotal } from './work-total.ts';

/** Folds all tasks of a project, one log after the other; only one log's story grows at a time. */
export interface TaskBook {
  /** Takes what the project log says of a task; other events mean nothing to it. */
  readonly know: (event: LedgerEvent) => void;
  readonly tell: (taskId: string, event: LedgerEvent) => void;
  readonly withhold: (taskId: string, line: WithheldLine) => void;
  /** Ends the last log. */
  readonly read: () => TaskFacts;
}

/** What is known of all tasks. */
export interface TaskFacts {
  /** Every task that the project knows. */
  readonly cards: readonly TaskCard[];
  /** Those that are told in full, in order. */
  readonly chosen: readonly Chosen[];
  readonly work: WorkTotal;
}

/** Creates an empty book. */
export function createTaskBook(limits: ShortlistLimits): TaskBook {
  const cards = new Map<string, TaskCard>();
  const shortlist = createShortlist(limits);
  let work: WorkTotal = NO_WORK;
  let current: TaskStory | null = null;

  const settle = () => {
    if (current === null) return;
    const card = cardOf(current, cards.get(current.taskId));
    cards.set(card.taskId, card);
    work = addWork(work, current.tally);
    shortlist.offer({ card, story: current });
    current = null;
  };
  const storyOf = (taskId: string, time: string): TaskStory => {
    if (current?.taskId !== taskId) settle();
    return current ?? newStory(taskId, time);
  };
  return {
    know: (event) => know(cards, event),
    tell: (taskId, event) => {
      current = tellEvent(storyOf(taskId, event.time), event);
    },
    withhold: (taskId, line) => {
      current = tellWithheld(storyOf(taskId, line.time), line);
    },
    read: () => {
      settle();
      return { cards: [...cards.values()], chosen: shortlist.chosen(), work };
    },
  };
}

function know(cards: Map<string, TaskCard>, { type, data, time }: LedgerEvent): void {
  if (type === 'task.created') cards.set(data.task_id, newCard(data.task_id, data.title, time));
  if (type !== 'head.committed') return;
  const card = cards.get(data.task_id);
  if (card !== undefined) cards.set(card.taskId, { ...card, status: data.status, updated: time });
}
