import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskCommand } from '../../../daemon/domain/task-command.ts';
import { openProjectRuntime, type ProjectRuntime } from '../../../daemon/runtime/project-runtime.ts';
import { createMemoryLedger } from '../../helpers/memory-ledger.ts';
import { acceptPack } from '../../helpers/task-spec.ts';

const CLOSE: TaskCommand = {
  type: 'close',
  close: { final_status: 'abandoned', reason_code: 'CANCELLED', detail: 'test' },
};

async function openRuntime(): Promise<{
  readonly runtime: ProjectRuntime;
  reopen(): Promise<ProjectRuntime>;
}> {
  const ledger = createMemoryLedger({ clock: { now: () => 1_000 }, reeveVersion: '0.0.0-test' });
  const reopen = async () => openProjectRuntime(await ledger.project('p', { create: true }), () => undefined);
  return { runtime: await reopen(), reopen };
}

function idsOf(runtime: ProjectRuntime): readonly string[] {
  return runtime.overview().tasks.map(({ task_id }) => task_id);
}

test('a new project has no tasks that matter', async () => {
  const { runtime } = await openRuntime();
  assert.deepEqual(runtime.overview(), { tasks: [], counts: {} });
});

test('open tasks stand in the order of their creation, behind those that were closed', async () => {
  const { runtime } = await openRuntime();
  for (const id of ['T-1', 'T-2', 'T-3']) await runtime.apply(id, acceptPack());
  assert.deepEqual(idsOf(runtime), ['T-1', 'T-2', 'T-3']);
  await runtime.apply('T-2', CLOSE);
  assert.deepEqual(idsOf(runtime), ['T-2', 'T-1', 'T-3']);
  assert.deepEqual(runtime.overview().counts, { queued: 2, abandoned: 1 });
  assert.equal(runtime.overview().tasks[0]?.status, 'abandoned');
});

test('of many closed tasks the twenty newest are listed and all are counted, also after opening again', async () => {
  const { runtime, reopen } = await openRuntime();
  for (let index = 0; index < 25; index += 1) {
    await runtime.apply(`T-${index}`, acceptPack());
    await runtime.apply(`T-${index}`, CLOSE);
  }
  await runtime.apply('open', acceptPack());
  const expected = [...Array.from({ length: 20 }, (_, index) => `T-${index + 5}`), 'open'];
  for (const each of [runtime, await reopen()]) {
    assert.deepEqual(idsOf(each), expected);
    assert.deepEqual(each.overview().counts, { abandoned: 25, queued: 1 });
  }
});
