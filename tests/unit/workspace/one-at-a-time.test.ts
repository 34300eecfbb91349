import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createOneAtATime } from '../../../daemon/workspace/one-at-a-time.ts';

test('runs tasks of one key in order, never two at once, also after a failure', async () => {
  const oneAtATime = createOneAtATime();
  const seen: string[] = [];
  const task = (name: string) => async (): Promise<string> => {
    seen.push(`${name} begins`);
    await turn();
    seen.push(`${name} ends`);
    if (name === 'b') throw new Error('b fails');
    return name;
  };
  const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => oneAtATime('key', task(name))));
  assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
});

test('runs tasks of different keys side by side', async () => {
  const oneAtATime = createOneAtATime();
  let release = (): void => {};
  const held = oneAtATime('one', () => new Promise<void>((resolve) => (release = resolve)));
  await oneAtATime('two', async () => {});
  release();
  await assert.doesNotReject(held);
});
