import type {
  Actor,
  PackAcceptedData,
  ReworkRequestedData,
  TaskClosedData,
  WorkCommittedData,
} from '../../../../protocol/generated/types.ts';
import type { WithheldLine } from '../report.ts';
import type { AttemptStory } from './attempt-story.ts';
import { emptyList, type KeptList } from './kept-list.ts';
import type { Notable, Verdict } from './notable.ts';
import { NO_SPENDING, type Spending } from './spending.ts';

/** A task as its log tells it: bounded lists, and tallies over all of it. */
export interface TaskStory {
  readonly taskId: string;
  readonly title: string;
  /** RFC 3339; of the first and the last line. */
  readonly opened: string;
  readonly updated: string;
  /** Seq of the last line. */
  readonly lines: number;
  readonly orders: KeptList<OrderStory>;
  readonly reworks: KeptList<ReworkStory>;
  readonly attempts: KeptList<AttemptStory>;
  readonly commits: KeptList<CommitStory>;
  readonly notables: KeptList<Notable>;
  readonly closed: CloseStory | null;
  readonly withheld: KeptList<WithheldLine>;
  readonly tally: Tally;
}

/** Counts over the whole log, however little of it is kept. */
export interface Tally {
  readonly attempts: number;
  readonly passed: number;
  readonly failed: number;
  readonly interrupted: number;
  readonly escalated: number;
  /** Notables that people are pointed to. */
  readonly grave: number;
  readonly spending: Spending;
  readonly latest: Verdict | null;
}

/** Who acted, and when. */
interface Acted {
  readonly actor: Actor;
  readonly time: string;
}

/** A pack that became owed work. */
export interface OrderStory extends Acted {
  readonly stepId: string;
  readonly data: PackAcceptedData;
}

/** What was asked to be done better. */
export interface ReworkStory extends Acted {
  readonly stepId: string;
  readonly data: ReworkRequestedData;
}

/** The accepted work. */
export interface CommitStory {
  readonly stepId: string;
  readonly time: string;
  readonly data: WorkCommittedData;
}

/** The one final close. */
export interface CloseStory extends Acted {
  readonly data: TaskClosedData;
}

/** A task of which nothing is known yet. */
export function newStory(taskId: string, opened: string): TaskStory {
  return {
    taskId,
    title: '',
    opened,
    updated: opened,
    lines: 0,
    orders: emptyList(),
    reworks: emptyList(),
    attempts: emptyList(),
    commits: emptyList(),
    notables: emptyList(),
    closed: null,
    withheld: emptyList(),
    tally: {
      attempts: 0,
      passed: 0,
      failed: 0,
      interrupted: 0,
      escalated: 0,
      grave: 0,
      spending: NO_SPENDING,
      latest: null,
    },
  };
}
