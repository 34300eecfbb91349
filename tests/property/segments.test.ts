import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readProjectLog } from '../../daemon/ledger/read-project-log.ts';
import { verifyProject } from '../../daemon/ledger/verify-project.ts';
import type { Ledger, ProjectLedger } from '../../daemon/ports/ledger.ts';
import { assertIntact } from '../helpers/assert-intact.ts';
import {
  closed,
  collect,
  note,
  opened,
  openTestLedger,
  PERSON,
  scratchFolder,
} from '../helpers/ledger-fixture.ts';

const scratch = scratchFolder();
const NOW = Date.UTC(2026, 0, 1);
const TASKS = ['T-0', 'T-1', 'T-2'];

type Action =
  | {
      readonly type: 'append';
      readonly task: number;
      readonly lengths: readonly number[];
      readonly waits: boolean;
    }
  | { readonly type: 'close'; readonly task: number }
  | { readonly type: 'restart' };

const task = fc.nat({ max: TASKS.length - 1 });
const actions: fc.Arbitrary<readonly Action[]> = fc.array(
  fc.oneof(
    {
      weight: 20,
      arbitrary: fc.record({
        type: fc.constant('append' as const),
        task,
        lengths: fc.array(fc.nat({ max: 900 }), { minLength: 1, maxLength: 4 }),
        waits: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('close' as const), task }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('restart' as const) }) },
  ),
  { minLength: 10, maxLength: 60 },
);

/** Lives through some actions; answers the project's folder. */
async function live(history: readonly Action[], segmentBytes: number): Promise<string> {
  const root = mkdtempSync(join(scratch, 'root-'));
  const open = (): Promise<Ledger> => openTestLedger(root, () => NOW, { segmentBytes, indexEvery: 4000 });
  let ledger = await open();
  let project = await ledger.project('p', { create: true });
  for (const action of history) {
    if (action.type === 'restart') {
      await ledger.close();
      ledger = await open();
      project = await ledger.project('p');
    } else await act(project, action);
  }
  await ledger.close();
  return join(root, 'p');
}

async function act(project: ProjectLedger, action: Exclude<Action, { type: 'restart' }>): Promise<void> {
  const id = TASKS[action.task]!;
  const status = project.tasks.get(id)?.status;
  if (status === 'rejected' || (status === undefined && action.type === 'close')) return;
  if (action.type === 'close') {
    await project.appendTask(id, PERSON, 'rejected', [closed()]).durable;
    return;
  }
  const notes = action.lengths.map((length) => note('ü'.repeat(length)));
  const drafts = status === undefined ? [opened(), ...notes] : notes;
  const { durable } = project.appendTask(id, PERSON, 'running', drafts);
  if (action.waits) await durable;
}

/** What a project holds, but for what is random, and for how its logs are cut into files. */
async function told(folder: string): Promise<unknown> {
  const tasks = [];
  const { tasks: records } = readProjectLog(folder);
  const ledger = await openTestLedger(join(folder, '..'), () => NOW);
  const project = await ledger.project('p');
  for (const [id, { head, status }] of records) {
    const events = await collect(project.readTask(id));
    const lines = events.map(({ seq, type, data }) => ({ seq, type, data }));
    tasks.push({ id, status, seq: head?.seq, bytes: head?.bytes, lines });
  }
  await ledger.close();
  const { verdict, at, faults, warnings } = await verifyProject(folder);
  return { tasks: tasks.toSorted((a, b) => (a.id < b.id ? -1 : 1)), verdict, at, faults, warnings };
}

/** Every file of the logs as it stands in all of them together: whole lines, as many bytes as the head says. */
function assertWhole(folder: string): number {
  let segments = 0;
  for (const [id, { head, sealed }] of readProjectLog(folder).tasks) {
    const names = readdirSync(join(folder, 'tasks', id)).filter((name) => name.startsWith('events.'));
    const files = names.sort().map((name) => readFileSync(join(folder, 'tasks', id, name)));
    assert.ok(files.every((file) => file.length === 0 || file.at(-1) === 0x0a));
    assert.equal(
      files.reduce((sum, { length }) => sum + length, 0),
      head?.bytes,
    );
    assert.equal(names.length - 1, sealed?.segments ?? 0);
    segments += names.length - 1;
  }
  return segments;
}

describe('a ledger that seals its logs', () => {
  it('holds the same lines and heads as one that does not', { timeout: 120_000 }, async () => {
    let segments = 0;
    await fc.assert(
      fc.asyncProperty(actions, fc.integer({ min: 1, max: 6000 }), async (history, segmentBytes) => {
        const cut = await live(history, segmentBytes);
        const whole = await live(history, Number.MAX_SAFE_INTEGER);
        segments += assertWhole(cut);
        await assertIntact(cut, { mode: 'fast' });
        assert.deepEqual(await told(cut), await told(whole));
        for (const folder of [cut, whole]) rmSync(join(folder, '..'), { recursive: true });
      }),
      { numRuns: 25 },
    );
    assert.ok(segments > 50, `${segments} segments`);
  });
});
