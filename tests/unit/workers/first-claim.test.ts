import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFirstClaim } from '../../../daemon/workers/first-claim.ts';

test('keeps the first of several claims', async () => {
  const claim = createFirstClaim<string>();
  assert.equal(claim.value, null);
  claim.claim('timeout');
  claim.claim('signaled');
  assert.equal(claim.value, 'timeout');
  assert.equal(await claim.claimed, 'timeout');
});
