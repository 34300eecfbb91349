import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createShortlist } from '../../../../daemon/domain/report/fold/shortlist.ts';
import { newCard, type TaskCard } from '../../../../daemon/domain/report/fold/task-card.ts';
import type { TaskStory } from '../../../../daemon/domain/report/fold/task-story.ts';

/** Newer ones come first. */
function card(day: number): TaskCard {
  return newCard(`T-${day}`, 'A task', `2026-01-0${day}T00:00:00.000Z`);
}

// A shortlist looks at how long a story is, and at nothing in it.
const story = (text: string): TaskStory => ({ taskId: text }) as unknown as TaskStory;

function chosenOf(
  limits: { readonly tasks: number; readonly characters: number },
  offers: readonly (readonly [day: number, text: string])[],
): readonly string[] {
  const shortlist = createShortlist(limits);
  for (const [day, text] of offers) shortlist.offer({ card: card(day), story: story(text) });
  return shortlist.chosen().map((chosen) => `${chosen.card.taskId} ${chosen.story.taskId}`);
}

describe('the stories that are told', () => {
  test('are the first ones in order, whatever the order they come in', () => {
    const limits = { tasks: 2, characters: 1000 };
    const wanted = ['T-4 d', 'T-3 c'];
    assert.deepEqual(
      chosenOf(limits, [
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
        [4, 'd'],
      ]),
      wanted,
    );
    assert.deepEqual(
      chosenOf(limits, [
        [4, 'd'],
        [3, 'c'],
        [2, 'b'],
        [1, 'a'],
      ]),
      wanted,
    );
  });

  test('leave no gap: behind one that did not fit, none is told', () => {
    const long = 'x'.repeat(100);
    assert.deepEqual(
      chosenOf({ tasks: 9, characters: 120 }, [
        [4, 'd'],
        [3, long],
        [2, 'b'],
      ]),
      ['T-4 d'],
    );
  });

  test('are one at least, however long it is', () => {
    const long = 'x'.repeat(100);
    assert.deepEqual(chosenOf({ tasks: 9, characters: 10 }, [[1, long]]), [`T-1 ${long}`]);
  });
});
