import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { ReasonCode, ScenarioAction } from '../../../protocol/generated/types.ts';
import { createProject, packOf, runToEnd, scripted } from '../../helpers/daemon-fixture.ts';

const WIDE = { runtime_sec: 60, silence_sec: 60, memory_mb: 2048, output_mb: 64 };

async function endOf(
  t: TestContext,
  limits: Readonly<Partial<typeof WIDE>>,
  ...actions: readonly ScenarioAction[]
): Promise<ReasonCode | undefined> {
  const project = await createProject(t, {
    workers: { bad: scripted(...actions) },
    settings: { limits: { ...WIDE, ...limits }, retry: { max_attempts: 1, max_rework_rounds: 0 } },
  });
  await project.drop(packOf());
  const daemon = await runToEnd(project);
  assert.equal((await project.task('T-1')).final_status, 'needs_person');
  const { data } = await daemon.event('attempt.recorded');
  assert.equal(data.commands.length, 0, 'no required command is run after a worker that was ended');
  return data.reason_code;
}

describe('a worker past a limit is ended for that reason, its children with it', { concurrency: 2 }, () => {
  test('runtime', async (t) => {
    assert.equal(await endOf(t, { runtime_sec: 1 }, { type: 'silence' }), 'TIMEOUT');
  });
  test('silence', async (t) => {
    assert.equal(await endOf(t, { silence_sec: 1 }, { type: 'silence' }), 'NO_OUTPUT');
  });
  test('memory of the tree', async (t) => {
    const code = await endOf(t, { memory_mb: 300 }, { type: 'allocate', mb: 600 }, { type: 'silence' });
    assert.equal(code, 'MEMORY_LIMIT');
  });
  test('output', async (t) => {
    const code = await endOf(
      t,
      { output_mb: 1 },
      { type: 'flood', bytes: 64 * 1024 * 1024 },
      { type: 'silence' },
    );
    assert.equal(code, 'OUTPUT_LIMIT');
  });
  test('a crash is none of these', async (t) => {
    assert.equal(await endOf(t, {}, { type: 'crash', signal: 'SIGSEGV' }), 'WORKER_CRASHED');
  });
});

test('a pack may ask for less than is configured, and never gets more', async (t) => {
  const project = await createProject(t, {
    workers: { slow: scripted({ type: 'silence' }) },
    settings: { limits: { ...WIDE, silence_sec: 30 }, retry: { max_attempts: 1, max_rework_rounds: 0 } },
  });
  await project.drop(packOf({ runtime_policy: { timeout_sec: 1, no_output_timeout_sec: 3600 } }));
  const daemon = await runToEnd(project);
  const { limits } = (await daemon.event('attempt.started')).data;
  assert.deepEqual([limits.runtime_sec, limits.silence_sec], [1, 30]);
  assert.equal((await daemon.event('attempt.recorded')).data.reason_code, 'TIMEOUT');
});
