import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskCommand } from '../../../daemon/domain/task-command.ts';
import type { ProjectLedger } from '../../../daemon/ports/ledger.ts';
import { openProjectRuntime, type ProjectRuntime } from '../../../daemon/runtime/project-runtime.ts';
import { ReeveError } from '../../../protocol/errors.ts';
import { createMemoryLedger } from '../../helpers/memory-ledger.ts';
import { acceptPack } from '../../helpers/task-spec.ts';

async function openRuntime(
  change: (ledger: ProjectLedger) => ProjectLedger = (ledger) => ledger,
): Promise<ProjectRuntime> {
  const ledger = createMemoryLedger({ clock: { now: () => 1_000 }, reeveVersion: '0.0.0-test' });
  return await openProjectRuntime(change(await ledger.project('p', { create: true })), () => undefined);
}

async function typesOf(runtime: ProjectRuntime): Promise<readonly string[]> {
  const types: string[] = [];
  for await (const event of runtime.ledger.readTask('T-1')) types.push(event.type);
  return types;
}

const first: TaskCommand = acceptPack();
const second: TaskCommand = acceptPack({ pack_sha256: 'b'.repeat(64) }, { stepId: 'S2' });

test('two commands that come at once decide one after the other', async () => {
  const runtime = await openRuntime();
  await Promise.all([runtime.apply('T-1', first), runtime.apply('T-1', second)]);
  assert.deepEqual(await typesOf(runtime), ['task.opened', 'pack.accepted', 'pack.accepted']);
  assert.deepEqual([...(runtime.peek('T-1')?.steps.keys() ?? [])], ['S1', 'S2']);
});

test('the same command twice at once happens once', async () => {
  const runtime = await openRuntime();
  const events = await Promise.all([runtime.apply('T-1', first), runtime.apply('T-1', first)]);
  assert.deepEqual(
    events.map((each) => each.length),
    [2, 0],
  );
});

/** A ledger on a disk that is full for as long as it is told. */
function onDisk(disk: { isFull: boolean }): (ledger: ProjectLedger) => ProjectLedger {
  return (ledger) => ({
    ...ledger,
    appendTask: (...args) =>
      disk.isFull
        ? { events: [], durable: Promise.reject(new ReeveError('LEDGER_WRITE_FAILED', 'no space left')) }
        : ledger.appendTask(...args),
  });
}

test('what could not be written did not happen: the same pack is taken, and not a duplicate, when it comes again', async () => {
  const disk = { isFull: true };
  const runtime = await openRuntime(onDisk(disk));
  await assert.rejects(runtime.apply('T-1', first), { code: 'LEDGER_WRITE_FAILED' });
  assert.equal(runtime.peek('T-1'), undefined);
  disk.isFull = false;
  assert.equal((await runtime.apply('T-1', first)).length, 2);
});

test('a task whose newest events were lost stands where its log stands', async () => {
  const disk = { isFull: false };
  const runtime = await openRuntime(onDisk(disk));
  await runtime.apply('T-1', first);
  disk.isFull = true;
  await assert.rejects(runtime.apply('T-1', second), { code: 'LEDGER_WRITE_FAILED' });
  await assert.rejects(runtime.apply('T-1', closeIt), { code: 'LEDGER_WRITE_FAILED' });
  assert.deepEqual([...(runtime.peek('T-1')?.steps.keys() ?? [])], ['S1']);
  assert.equal(runtime.peek('T-1')?.closed, null);
});

const closeIt: TaskCommand = {
  type: 'close',
  close: { final_status: 'rejected', reason_code: 'CANCELLED', detail: 'enough' },
};
