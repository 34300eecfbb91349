import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parseReasonCode, REASON_CODES, reasonCodeInfo } from '../../../protocol/reason-codes.ts';

test('the table holds exactly the codes of the schema', async () => {
  const file = new URL('../../../schemas/common.schema.json', import.meta.url);
  const schema = JSON.parse(await readFile(file, 'utf8'));
  assert.deepEqual(Object.keys(REASON_CODES).toSorted(), schema.$defs.ReasonCode.enum.toSorted());
});

test('infrastructure failures never consume the retry budget, and all else does', () => {
  const free = Object.entries(REASON_CODES).filter(([, { consumesRetry }]) => !consumesRetry);
  assert.deepEqual(
    free.map(([code]) => code),
    ['COMMAND_NOT_FOUND', 'BACKEND_UNAVAILABLE', 'RATE_LIMITED', 'INTERRUPTED'],
  );
  assert.ok(free.every(([, info]) => info.class === 'infrastructure'));
});

test('a missing program is not tried again', () => {
  assert.equal(reasonCodeInfo('COMMAND_NOT_FOUND').retriable, false);
  assert.equal(reasonCodeInfo('INTERRUPTED').retriable, true);
});

test('nothing is tried again after a pass, a stop or a decision that a person owes', () => {
  const final = Object.values(REASON_CODES).filter((info) =>
    ['pass', 'stop', 'governance'].includes(info.class),
  );
  assert.ok(final.length > 8);
  assert.ok(final.every(({ retriable }) => !retriable));
});

test('reads older names', () => {
  assert.equal(parseReasonCode('PASS'), 'PASS_ALL_CRITERIA');
  assert.equal(parseReasonCode('TIMEOUT_60M'), 'TIMEOUT');
  assert.equal(parseReasonCode('NO_OUTPUT_20M'), 'NO_OUTPUT');
  assert.equal(parseReasonCode('RUNNER_TIMEOUT'), 'TIMEOUT');
  assert.equal(parseReasonCode('COMMAND_FAILED'), 'COMMAND_FAILED');
});

test('refuses a name that is not in the table, also one that every object has', () => {
  for (const text of ['', 'pass', 'FAILED', 'constructor', '__proto__'])
    assert.equal(parseReasonCode(text), null);
});
