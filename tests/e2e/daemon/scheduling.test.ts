import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LedgerEvent } from '../../../protocol/events.ts';
import {
  createProject,
  eventually,
  GREET,
  openDaemon,
  packOf,
  runToEnd,
  shell,
  type ProjectFixture,
} from '../../helpers/daemon-fixture.ts';

/** Works until a file `go` appears in the home folder, and notes when it begins and ends. */
const WAITS = shell(`
  echo "+$REEVE_TASK_ID" >> "$HOME/ran.txt"
  while [ ! -e "$HOME/go" ]; do sleep 0.02; done
  echo "-$REEVE_TASK_ID" >> "$HOME/ran.txt"
  mkdir -p docs; echo hello > docs/hello.md
`);

async function ran(project: ProjectFixture): Promise<readonly string[]> {
  const text = await readFile(join(project.home, 'ran.txt'), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

function startedTasks(events: readonly LedgerEvent[]): readonly (string | undefined)[] {
  return events.filter(({ type }) => type === 'attempt.started').map(({ task_id }) => task_id);
}

test('as many workers as allowed are at work together, and never one more', async (t) => {
  const project = await createProject(t, {
    workers: { waits: WAITS },
    settings: { limits: { parallel: 2 } },
  });
  const names = ['A', 'B', 'C', 'D', 'E'];
  for (const name of names) await project.drop(packOf({ task_id: name }), { name: `${name}.json` });
  const daemon = await openDaemon(project);
  await eventually(async () => (await ran(project)).length === 2 || undefined, 'two workers at once');
  await eventually(
    () => daemon.events.filter(({ type }) => type === 'pack.accepted').length === 5 || undefined,
    'five packs',
  );
  assert.equal(daemon.kernel.running().length, 2);
  await writeFile(join(project.home, 'go'), '');
  await daemon.settled();
  let [atWork, most] = [0, 0];
  for (const line of await ran(project)) {
    atWork += line.startsWith('+') ? 1 : -1;
    most = Math.max(most, atWork);
  }
  assert.equal(most, 2);
  assert.deepEqual(
    (await project.queries.listTasks()).map(({ status }) => status),
    names.map(() => 'accepted'),
  );
});

test('the highest priority goes first, whatever came first', async (t) => {
  const project = await createProject(t, {
    workers: { waits: WAITS },
    settings: { limits: { parallel: 1 } },
  });
  const daemon = await openDaemon(project);
  await project.drop(packOf({ task_id: 'first' }), { name: '0.json' });
  await daemon.event('worker.spawned');
  for (const [name, priority] of [
    ['low', -5],
    ['plain', 0],
    ['high', 7],
  ] as const) {
    await project.drop(packOf({ task_id: name, priority }), { name: `${name}.json` });
    await daemon.event('pack.accepted', ({ task_id }) => task_id === name);
  }
  await writeFile(join(project.home, 'go'), '');
  await daemon.settled();
  assert.deepEqual(startedTasks(daemon.events), ['first', 'high', 'plain', 'low']);
});

test('a task waits for the task it depends on, and needs a person when that one fails', async (t) => {
  const project = await createProject(t, {
    workers: { greet: GREET, fail: shell('exit 1') },
    settings: { default_worker: 'greet' },
  });
  const daemon = await openDaemon(project);
  await project.drop(packOf({ task_id: 'roof', depends_on: ['walls'] }), { name: 'roof.json' });
  await project.drop(packOf({ task_id: 'lawn', depends_on: ['well'] }), { name: 'lawn.json' });
  await daemon.event('pack.accepted', ({ task_id }) => task_id === 'roof');
  await daemon.event('pack.accepted', ({ task_id }) => task_id === 'lawn');
  await project.drop(packOf({ task_id: 'walls' }), { name: 'walls.json' });
  const retry = { retry: { max_attempts: 1, max_rework_rounds: 0, on_exhausted: 'reject' } };
  await project.drop(packOf({ task_id: 'well', worker: 'fail', runtime_policy: retry }), {
    name: 'well.json',
  });
  await daemon.settled();
  const order = startedTasks(daemon.events);
  assert.deepEqual(
    order.filter((task) => task !== 'well'),
    ['walls', 'roof'],
  );
  assert.equal((await project.task('roof')).final_status, 'accepted');
  const lawn = await project.task('lawn');
  assert.equal(lawn.final_status, 'needs_person');
  assert.match(lawn.explanation, /depends on well/);
});

const STEP = {
  worker: 'step',
  allowed_paths: ['docs/**'],
  commands_to_run: ['test -d docs'],
};
const WRITES_STEP = shell(`
  step=$(sed -n 's/.*"step_id":"\\([A-Z0-9]*\\)".*/\\1/p' "$REEVE_STEP_PACK")
  mkdir -p docs; ls docs > "$HOME/seen-by-$step.txt"; sleep 0.2; echo "$step" > "docs/$step.md"
`);

test('two steps of a task are done one after the other, the second on the commit of the first', async (t) => {
  const project = await createProject(t, { workers: { step: WRITES_STEP } });
  const before = project.userState();
  const daemon = await openDaemon(project);
  await project.drop(packOf({ ...STEP, step_id: 'S1', closes_task: false }), { name: '1.json' });
  await daemon.event('pack.accepted');
  await project.drop(packOf({ ...STEP, step_id: 'S2' }), { name: '2.json' });
  await daemon.settled();
  await daemon.close('done');
  const task = await project.task('T-1');
  assert.equal(task.final_status, 'accepted', task.explanation);
  assert.deepEqual(
    task.attempts.map(({ step_id, result, files_changed }) => [step_id, result, files_changed.length]),
    [
      ['S1', 'PASS', 1],
      ['S2', 'PASS', 1],
    ],
  );
  assert.equal(await readFile(join(project.home, 'seen-by-S2.txt'), 'utf8'), 'S1.md\n');
  const branch = 'reeve/T-1/T-1_run';
  assert.equal(project.git('rev-list', '--count', `HEAD..${branch}`), '2');
  assert.equal(project.git('ls-tree', '--name-only', `${branch}:docs`), 'S1.md\nS2.md');
  assert.equal(project.userState(), before);
  await project.assertVerified();
});

test('a task whose step does not close it stays open, and goes on days later', async (t) => {
  const project = await createProject(t, { workers: { step: WRITES_STEP } });
  await project.drop(packOf({ ...STEP, step_id: 'S1', closes_task: false }));
  await runToEnd(project);
  const open = await project.task('T-1');
  assert.equal(open.final_status, null);
  assert.equal(open.status, 'waiting');
  const first = open.commit ?? '';
  await project.drop(packOf({ ...STEP, step_id: 'S2' }));
  await runToEnd(project);
  assert.equal((await project.task('T-1')).final_status, 'accepted');
  assert.equal(project.git('rev-parse', 'reeve/T-1/T-1_run~1'), first);
});

test('a branch that somebody has checked out is not moved under their feet', async (t) => {
  const project = await createProject(t, { workers: { step: WRITES_STEP } });
  await project.drop(packOf({ ...STEP, step_id: 'S1', closes_task: false }));
  await runToEnd(project);
  project.git('checkout', '--quiet', 'reeve/T-1/T-1_run');
  const before = project.userState();
  await project.drop(packOf({ ...STEP, step_id: 'S2' }));
  const daemon = await openDaemon(project);
  const { data } = await daemon.event('task.escalated');
  assert.match(data.detail, /checked out at/);
  assert.equal(project.userState(), before);
});
