import type { LedgerEvent } from '../../../../protocol/events.ts';
import type { PackAcceptedData } from '../../../../protocol/generated/types.ts';
import type { WithheldLine } from '../report.ts';
import { newAttempt, outcomeOf, programOf, startOf, type AttemptStory } from './attempt-story.ts';
import { keepFirst, keepLatest } from './kept-list.ts';
import { notableOf, type Verdict } from './notable.ts';
import { shortenText } from './shorten-text.ts';
import { addUsage, type Spending } from './spending.ts';
import type { Tally, TaskStory } from './task-story.ts';

const MAX_TITLE = 200;
const MAX_ORDERS = 8;
const MAX_ATTEMPTS = 30;
const MAX_NOTABLES = 40;
const MAX_WITHHELD = 20;

/** Folds a line whose content was withheld into its task. */
export function tellWithheld(story: TaskStory, line: WithheldLine): TaskStory {
  const withheld = keepFirst(story.withheld, line, MAX_WITHHELD);
  // What it said may have been an outcome: none of those before it counts as the latest any more.
  const tally = { ...story.tally, latest: null };
  return { ...story, lines: line.seq, updated: line.time, withheld, tally };
}

/** Folds one event of a task's log into its story; total, as every fold over the ledger. */
export function tellEvent(story: TaskStory, event: LedgerEvent): TaskStory {
  const notable = notableOf(event, story.tally.latest);
  const told = tell({ ...story, lines: event.seq, updated: event.time }, event);
  if (notable === null) return told;
  const grave = told.tally.grave + (notable.isGrave ? 1 : 0);
  const notables = keepLatest(told.notables, notable, MAX_NOTABLES);
  return { ...told, notables, tally: { ...told.tally, grave } };
}

function tell(story: TaskStory, event: LedgerEvent): TaskStory {
  const { time, actor } = event;
  const stepId = event.step_id ?? '';
  switch (event.type) {
    case 'task.opened':
      return { ...story, title: shortenText(event.data.title, MAX_TITLE) };
    case 'pack.accepted': {
      const order = { stepId, time, actor, data: boundPack(event.data) };
      return { ...story, orders: keepLatest(story.orders, order, MAX_ORDERS) };
    }
    case 'rework.requested': {
      const rework = {
        stepId,
        time,
        actor,
        data: { ...event.data, criteria: event.data.criteria.slice(0, 20) },
      };
      return { ...story, reworks: keepLatest(story.reworks, rework, MAX_ORDERS) };
    }
    case 'work.committed':
      return {
        ...story,
        commits: keepLatest(story.commits, { stepId, time, data: event.data }, MAX_ORDERS),
      };
    case 'task.escalated':
      return { ...story, tally: { ...story.tally, escalated: story.tally.escalated + 1 } };
    case 'task.closed': {
      const detail = shortenText(event.data.detail, MAX_TITLE * 2);
      return { ...story, closed: { time, actor, data: { ...event.data, detail } } };
    }
    default:
      return tellAttempt(story, event, stepId);
  }
}

function tellAttempt(story: TaskStory, event: LedgerEvent, stepId: string): TaskStory {
  switch (event.type) {
    case 'attempt.started':
      return amend(story, event.data, stepId, event.time, { start: startOf(event.data) });
    case 'worker.spawned':
      return amendKnown(story, event.data.attempt_id, { program: programOf(event.data) });
    case 'worker.exited':
      return amendKnown(story, event.data.attempt_id, { end: event.data.end });
    case 'attempt.interrupted': {
      const told = amend(story, event.data, stepId, event.time, { interrupted: true });
      return { ...told, tally: { ...told.tally, interrupted: told.tally.interrupted + 1 } };
    }
    case 'attempt.recorded': {
      const told = amend(story, event.data, stepId, event.time, { outcome: outcomeOf(event.data) });
      const { result, usage } = event.data;
      return { ...told, tally: countOutcome(told.tally, result, addUsage(told.tally.spending, usage)) };
    }
    default:
      // Types that a newer Reeve wrote, and those of another log, say nothing about a task here.
      return story;
  }
}

function countOutcome(tally: Tally, result: Verdict, spending: Spending): Tally {
  const passed = tally.passed + (result === 'PASS' ? 1 : 0);
  const failed = tally.failed + (result === 'PASS' ? 0 : 1);
  return { ...tally, passed, failed, spending, latest: result };
}

/** Changes an attempt; the first word of one makes it known, so that a withheld line hides no more than itself. */
function amend(
  story: TaskStory,
  at: { readonly attempt_id: string; readonly r: number; readonly s: number },
  stepId: string,
  time: string,
  change: Partial<AttemptStory>,
): TaskStory {
  const isKnown = story.attempts.items.some(({ attemptId }) => attemptId === at.attempt_id);
  if (isKnown) return amendKnown(story, at.attempt_id, change);
  const attempt = { ...newAttempt(at, stepId, time), ...change };
  const attempts = keepLatest(story.attempts, attempt, MAX_ATTEMPTS);
  return { ...story, attempts, tally: { ...story.tally, attempts: story.tally.attempts + 1 } };
}

function amendKnown(story: TaskStory, id: string, change: Partial<AttemptStory>): TaskStory {
  const items = story.attempts.items.map((attempt) =>
    attempt.attemptId === id ? { ...attempt, ...change } : attempt,
  );
  return { ...story, attempts: { ...story.attempts, items } };
}

function boundPack(data: PackAcceptedData): PackAcceptedData {
  return {
    ...data,
    name: shortenText(data.name, MAX_TITLE),
    step_title: shortenText(data.step_title, MAX_TITLE),
    depends_on: data.depends_on.slice(0, 20).map((id) => shortenText(id, MAX_TITLE)),
  };
}
