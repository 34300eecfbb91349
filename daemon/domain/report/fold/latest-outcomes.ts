import type { AttemptStory, OutcomeStory } from './attempt-story.ts';
import type { TaskStory } from './task-story.ts';

/** A step's latest attempt that has an outcome. */
export interface LatestOutcome {
  readonly stepId: string;
  readonly attempt: AttemptStory;
  readonly outcome: OutcomeStory;
}

/** The latest outcome of every step, in order of the steps' first attempts. */
export function latestOutcomes(story: TaskStory): readonly LatestOutcome[] {
  const latest = new Map<string, LatestOutcome>();
  for (const attempt of story.attempts.items) {
    const { stepId, outcome } = attempt;
    if (outcome !== null) latest.set(stepId, { stepId, attempt, outcome });
  }
  return [...latest.values()];
}
