import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted, normalise, problemsOf, warningsOf } from '../minimal-pack.ts';

test('what the configuration decides stays null', () => {
  assert.deepEqual(accepted().runtime_policy, {
    timeout_sec: null,
    no_output_timeout_sec: null,
    max_memory_mb: null,
    retry: {
      max_attempts: 2,
      retry_on: ['COMMAND_FAILED', 'AC_NOT_MET'],
      requires_rework_pack_after_failed_attempts: true,
      max_rework_rounds: null,
      on_exhausted: null,
    },
    autonomy_level: null,
    boundary_level: null,
  });
});

test('keeps what is given', () => {
  const runtime_policy = {
    timeout_sec: 60,
    no_output_timeout_sec: 30,
    max_memory_mb: 512,
    retry: {
      max_attempts: 5,
      retry_on: ['TIMEOUT'],
      requires_rework_pack_after_failed_attempts: false,
      max_rework_rounds: 0,
      on_exhausted: 'reject',
    },
    autonomy_level: 'L1',
    boundary_level: 'B1',
  };
  assert.deepEqual(accepted({ runtime_policy }).runtime_policy, runtime_policy);
});

test('reads older reason codes and refuses unknown ones', () => {
  const retry = (retry_on: unknown) => normalise({ runtime_policy: { retry: { retry_on } } });
  const parsed = retry(['TIMEOUT_60M', 'AC_NOT_MET']);
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.value.runtime_policy.retry.retry_on, ['TIMEOUT', 'AC_NOT_MET']);
  const refused = retry(['COMAND_FAILED', 'FIRE']);
  assert.deepEqual(problemsOf(refused), [
    'NOT_ALLOWED /runtime_policy/retry/retry_on/0',
    'NOT_ALLOWED /runtime_policy/retry/retry_on/1',
  ]);
  assert.ok(!refused.ok);
  assert.deepEqual(
    refused.problems.map(({ hint }) => hint),
    ['Did you mean COMMAND_FAILED?', 'The codes are listed in docs/protocol.md.'],
  );
});

test('warns of a code after which nothing is ever retried', () => {
  const parsed = normalise({ runtime_policy: { retry: { retry_on: ['PASS'] } } });
  assert.ok(warningsOf(parsed).includes('NOT_RETRIABLE /runtime_policy/retry/retry_on/0'));
});

test('ill-typed policies are told once', () => {
  for (const runtime_policy of [1, null, 'x'])
    assert.deepEqual(problemsOf(normalise({ runtime_policy })), ['WRONG_TYPE /runtime_policy']);
  assert.deepEqual(problemsOf(normalise({ runtime_policy: { retry: null } })), [
    'WRONG_TYPE /runtime_policy/retry',
  ]);
  assert.deepEqual(problemsOf(normalise({ runtime_policy: { retry: { retry_on: 'TIMEOUT' } } })), [
    'WRONG_TYPE /runtime_policy/retry/retry_on',
  ]);
});
