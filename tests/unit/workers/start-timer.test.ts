import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTimer } from '../../../daemon/workers/endings/start-timer.ts';

test('waits for longer than 32 bits of milliseconds without ending, or waking up, at once', async (t) => {
  const set = t.mock.method(globalThis, 'setTimeout');
  let hasEnded = false;
  const stop = startTimer(2 ** 31 + 1000, () => {
    hasEnded = true;
  });
  await sleep(30);
  stop();
  assert.equal(hasEnded, false);
  assert.equal(set.mock.callCount(), 1);
});

test('ends once, and not when stopped', async () => {
  let ends = 0;
  await new Promise<void>((resolve) => {
    startTimer(1, () => {
      ends += 1;
      resolve();
    });
  });
  const stop = startTimer(1, () => {
    ends += 1;
  });
  stop();
  await sleep(30);
  assert.equal(ends, 1);
});
