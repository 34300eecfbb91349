import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { LedgerEvent } from '../../../protocol/events.ts';
import { createProject, packOf, runToEnd, shell, type ProjectFixture } from '../../helpers/daemon-fixture.ts';
import { markedProcesses, spawnDaemon } from '../../helpers/daemon-process.ts';

const RAN = 'ran.txt';

/** Fails at R0/S0, does the work at R1/S0, and notes outside of the repository each time it is run to its end. */
const WORKER = shell(`
  if [ "$REEVE_ATTEMPT" != R0/S0 ]; then mkdir -p docs; echo hello > docs/hello.md; fi
  echo "$REEVE_ATTEMPT" >> "$HOME/${RAN}"
`);
const PACK = packOf({ runtime_policy: { retry: { max_attempts: 1 } } });

/** Every event of the run: its type, and the how many-th of that type it is. */
const BOUNDARIES = [
  ['task.created', 1],
  ['head.committed', 1],
  ['head.committed', 2],
  ['head.committed', 3],
  ['task.opened', 1],
  ['pack.accepted', 1],
  ['attempt.started', 1],
  ['worker.spawned', 1],
  ['worker.exited', 1],
  ['attempt.recorded', 1],
  ['rework.requested', 1],
  ['attempt.started', 2],
  ['worker.spawned', 2],
  ['worker.exited', 2],
  ['attempt.recorded', 2],
  ['work.committed', 1],
  ['task.closed', 1],
] as const;

async function ranPointers(project: ProjectFixture): Promise<readonly string[]> {
  const text = await readFile(join(project.home, RAN), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

type Named<T extends LedgerEvent['type']> = Extract<LedgerEvent, { readonly type: T }>;

function named<T extends LedgerEvent['type']>(events: readonly LedgerEvent[], type: T): readonly Named<T>[] {
  return events.filter((event): event is Named<T> => event.type === type);
}

async function assertEndedWell(project: ProjectFixture): Promise<readonly LedgerEvent[]> {
  const task = await project.task('T-1');
  assert.equal(task.final_status, 'accepted', task.explanation);
  const events = await project.taskEvents('T-1');
  assert.deepEqual(
    named(events, 'attempt.recorded').map(({ data }) => [data.r, data.s, data.result]),
    [
      [0, 0, 'FAIL'],
      [1, 0, 'PASS'],
    ],
  );
  assert.equal(named(events, 'task.closed').length, 1);
  assert.equal(project.git('rev-list', '--count', 'HEAD..reeve/T-1/T-1_run'), '1');
  assert.deepEqual(project.git('for-each-ref', '--format=%(refname)', 'refs/heads').split('\n'), [
    'refs/heads/main',
    'refs/heads/reeve/T-1/T-1_run',
  ]);
  assert.deepEqual(await project.worktrees(), []);
  assert.deepEqual(project.git('worktree', 'list', '--porcelain').match(/^worktree /gm)?.length, 1);
  await project.assertVerified();
  const attemptIds = named(events, 'attempt.started').map(({ data }) => data.attempt_id);
  assert.deepEqual(await markedProcesses(attemptIds), []);
  return events;
}

async function drill(t: TestContext, type: string, count: number): Promise<void> {
  const project = await createProject(t, { workers: { fix: WORKER } });
  const before = project.userState();
  const daemon = await spawnDaemon(project, { fatal: { type, count } });
  await project.drop(PACK);
  await daemon.ended;
  await runToEnd(project);
  const events = await assertEndedWell(project);
  assert.equal(project.userState(), before);
  const interrupted = named(events, 'attempt.interrupted').map(({ data }) => data);
  // A head follows in its own time: an attempt may be under way by then, or not yet.
  if (type === 'head.committed') return assert.ok(interrupted.length <= 1);
  const isMidAttempt = type === 'attempt.started' || type === 'worker.spawned';
  assert.equal(interrupted.length, isMidAttempt ? 1 : 0);
  if (interrupted[0] !== undefined) {
    const words = type === 'worker.spawned' ? /while the worker ran/ : /before the worker was started/;
    assert.match(interrupted[0].detail, words);
    assert.equal(interrupted[0].r, count - 1);
  } else assert.deepEqual(await ranPointers(project), ['R0/S0', 'R1/S0']);
}

describe('a daemon killed', { concurrency: 2 }, () => {
  for (const [type, count] of BOUNDARIES) {
    test(`right after ${type} ${count} is carried on by the next, as if nothing had been`, (t) =>
      drill(t, type, count));
  }
});

test('a daemon killed again while it takes up what the first left is carried on all the same', async (t) => {
  const project = await createProject(t, { workers: { fix: WORKER } });
  const first = await spawnDaemon(project, { fatal: { type: 'worker.spawned', count: 1 } });
  await project.drop(PACK);
  await first.ended;
  const second = await spawnDaemon(project, { fatal: { type: 'attempt.interrupted', count: 1 } });
  await second.ended;
  const third = await spawnDaemon(project, { fatal: { type: 'attempt.started', count: 1 } });
  await third.ended;
  await runToEnd(project);
  const events = await assertEndedWell(project);
  assert.deepEqual(
    named(events, 'attempt.interrupted').map(({ data }) => [data.r, data.s]),
    [
      [0, 0],
      [0, 0],
    ],
  );
});
