import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import {
  createProject,
  openDaemon,
  packOf,
  refusalOf,
  runToEnd,
  shell,
  type ProjectFixture,
} from '../../helpers/daemon-fixture.ts';

const ACTOR = { kind: 'person', id: 'someone' } as const;

/** Fails until a file `go` is in the home folder. */
const FAILS_UNTIL_GO = shell(
  'mkdir -p docs; echo try >> docs/tries.md; [ -e "$HOME/go" ] && echo hello > docs/hello.md || true',
);

async function untilNeedsPerson(t: TestContext): Promise<ProjectFixture> {
  const project = await createProject(t, {
    workers: { stubborn: FAILS_UNTIL_GO },
    settings: { retry: { max_attempts: 1, max_rework_rounds: 0 } },
  });
  await project.drop(packOf());
  await runToEnd(project);
  assert.equal((await project.task('T-1')).final_status, 'needs_person');
  await writeFile(join(project.home, 'go'), '');
  return project;
}

async function reworkOf(project: ProjectFixture, change: object = {}): Promise<object> {
  const [attempt] = (await project.task('T-1')).attempts;
  const recorded = (await project.taskEvents('T-1')).find(({ type }) => type === 'attempt.recorded');
  return {
    task_kind: 'rework',
    task_id: 'T-1',
    source_attempt: { attempt_id: attempt?.attempt_id, r: 0, s: 0, event_hash: recorded?.event_hash },
    problems: [{ criteria: 'AC1: docs/hello.md exists.', issue: 'it does not' }],
    required_changes: ['write it'],
    ...change,
  };
}

test('a ReworkPack written by hand and dropped into the inbox continues a task that needs a person, from the work done', async (t) => {
  const project = await untilNeedsPerson(t);
  await project.drop(await reworkOf(project), { name: 'rework.json' });
  const daemon = await runToEnd(project);
  const task = await project.task('T-1');
  assert.equal(task.final_status, 'accepted', task.explanation);
  assert.deepEqual(
    task.attempts.map(({ r, s, result }) => [r, s, result]),
    [
      [0, 0, 'FAIL'],
      [1, 0, 'PASS'],
    ],
  );
  assert.equal((await daemon.event('rework.requested')).data.source, 'person');
  assert.equal(project.git('show', `${task.commit}:docs/tries.md`), 'try\ntry');
  await project.assertVerified();
});

test('a ReworkPack that widens the scope, misquotes, or answers nobody is refused', async (t) => {
  const project = await untilNeedsPerson(t);
  const wider = { scope: { allowed_paths: ['**'], forbidden_paths: [] } };
  await project.drop(await reworkOf(project, wider), { name: 'wider.json' });
  await project.drop(await reworkOf(project, { problems: [{ criteria: 'AC1', issue: 'x' }] }), {
    name: 'quote.json',
  });
  await project.drop(await reworkOf(project, { task_id: 'T-9' }), { name: 'nobody.json' });
  await runToEnd(project);
  assert.deepEqual((await refusalOf(project, 'wider.json')).codes, ['SCOPE_WIDENED']);
  assert.deepEqual((await refusalOf(project, 'quote.json')).codes, ['CRITERIA_MISMATCH']);
  assert.deepEqual((await refusalOf(project, 'nobody.json')).codes, ['IDENTITY_MISMATCH']);
  assert.equal((await project.task('T-1')).final_status, 'needs_person');
});

test('a person who lets it be tried again gives it the next S of the same R', async (t) => {
  const project = await untilNeedsPerson(t);
  const daemon = await openDaemon(project);
  const event = await daemon.services.commands.retryTask('default', 'T-1', 'the disk was full', ACTOR);
  assert.deepEqual(event.actor, ACTOR);
  await daemon.event('task.closed');
  const task = await project.task('T-1');
  assert.equal(task.final_status, 'accepted');
  assert.deepEqual(
    task.attempts.map(({ r, s, result }) => [r, s, result]),
    [
      [0, 0, 'FAIL'],
      [0, 1, 'PASS'],
    ],
  );
});

test('a changed pack under a run id of its own is the next revision', async (t) => {
  const project = await untilNeedsPerson(t);
  await project.drop(packOf({ run_id: 'T-1_second', title: 'Write it differently' }));
  await runToEnd(project);
  const task = await project.task('T-1');
  assert.equal(task.final_status, 'accepted');
  assert.deepEqual(
    task.attempts.map(({ r, s }) => [r, s]),
    [
      [0, 0],
      [1, 0],
    ],
  );
  assert.equal(task.branch, 'reeve/T-1/T-1_second');
});

test('a person may end it as rejected, but not as accepted', async (t) => {
  const project = await untilNeedsPerson(t);
  const daemon = await openDaemon(project);
  const close = (final_status: 'accepted' | 'rejected') =>
    daemon.services.commands.closeTask('default', 'T-1', { final_status, detail: 'enough' }, ACTOR);
  await assert.rejects(close('accepted'), { code: 'CONFLICT' });
  await close('rejected');
  assert.equal((await project.task('T-1')).final_status, 'rejected');
});

test('no work is begun on a task that a person has closed while it waited for its turn', async (t) => {
  const waits = shell(
    'while [ ! -e "$HOME/go" ]; do sleep 0.02; done; mkdir -p docs; echo hello > docs/hello.md',
  );
  const project = await createProject(t, { workers: { waits }, settings: { limits: { parallel: 1 } } });
  const daemon = await openDaemon(project);
  await project.drop(packOf(), { name: '1.json' });
  await daemon.event('worker.spawned');
  await project.drop(packOf({ task_id: 'T-2' }), { name: '2.json' });
  await daemon.event('pack.accepted', ({ task_id }) => task_id === 'T-2');
  const close = { final_status: 'abandoned', detail: 'not needed any more' } as const;
  await daemon.services.commands.closeTask('default', 'T-2', close, ACTOR);
  await writeFile(join(project.home, 'go'), '');
  await daemon.settled();
  assert.deepEqual((await project.task('T-2')).attempts, []);
  assert.equal((await project.task('T-1')).final_status, 'accepted');
});
