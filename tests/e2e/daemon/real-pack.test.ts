import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  createProject,
  IDLE,
  runToEnd,
  type ProjectFixture,
  type WorkerEntry,
} from '../../helpers/daemon-fixture.ts';

const PACKS = fileURLToPath(new URL('../../../../shared/data/step_packs/', import.meta.url));
const BUNDLE = join(PACKS, 'ai-coding-control-plane.bundle');
const PACK = join(PACKS, 'S1.json');
const skip = existsSync(BUNDLE) ? false : 'the real pack is not beside this checkout';
const TASK = 'MVP-1';
const RUN = 'MVP-1_20260224T145454Z_ctrl';

/** The repository the pack was written for, at the commit before the work; `change.diff` beside it is the work. */
async function createRealProject(
  t: TestContext,
  workers: Readonly<Record<string, WorkerEntry>>,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<ProjectFixture & { readonly done: string }> {
  const project = await createProject(t, { commits: 'empty', workers, settings });
  project.git('fetch', '--quiet', BUNDLE, 'work');
  const done = project.git('rev-parse', 'FETCH_HEAD');
  project.git('diff', '--binary', `${done}~1`, done, `--output=${join(project.home, 'change.diff')}`);
  project.git('reset', '--quiet', '--hard', `${done}~1`);
  return { ...project, done };
}

test(
  'a worker that does nothing fails twice, is sent back once with exactly what failed, and needs a person',
  { skip },
  async (t) => {
    const project = await createRealProject(t, { noop: IDLE });
    await project.drop(await readFile(PACK));
    await runToEnd(project);
    const task = await project.task(TASK);
    assert.equal(task.final_status, 'needs_person');
    assert.equal(task.reason_code, 'RETRY_EXHAUSTED');
    assert.deepEqual(
      task.attempts.map(({ r, s, result, reason_code, next_action }) => [
        r,
        s,
        result,
        reason_code,
        next_action,
      ]),
      [
        [0, 0, 'FAIL', 'COMMAND_FAILED', 'RETRY'],
        [0, 1, 'FAIL', 'COMMAND_FAILED', 'REWORK'],
        [1, 0, 'FAIL', 'COMMAND_FAILED', 'RETRY'],
        [1, 1, 'FAIL', 'COMMAND_FAILED', 'ESCALATE'],
      ],
    );
    for (const attempt of task.attempts) {
      assert.deepEqual(attempt.failed_gates, ['G1', 'G2', 'G3', 'G4']);
      assert.deepEqual(attempt.failed_criteria, ['AC1', 'AC2', 'AC3']);
      assert.deepEqual(attempt.files_changed, []);
      assert.deepEqual(
        attempt.commands.map(({ exit_code }) => exit_code),
        [1, 1, 1, 1, 0],
      );
    }
    const pack = JSON.parse(await readFile(PACK, 'utf8')) as { AC: string[]; commands_to_run: string[] };
    const reworks = task.attempts.flatMap(({ rework_pack }) => rework_pack ?? []);
    assert.equal(reworks.length, 1);
    assert.deepEqual(
      reworks[0]?.problems.map(({ criteria }) => criteria),
      pack.AC.slice(0, 3),
    );
    assert.deepEqual(reworks[0]?.rerun_commands, pack.commands_to_run.slice(0, 4));
    assert.equal(task.branch, null);
    await project.assertVerified();
  },
);

test('the same worker is closed as rejected where the project says so', { skip }, async (t) => {
  const project = await createRealProject(
    t,
    { noop: IDLE },
    { retry: { max_attempts: 1, on_exhausted: 'reject' } },
  );
  await project.drop(await readFile(PACK));
  await runToEnd(project);
  const task = await project.task(TASK);
  assert.equal(task.final_status, 'rejected');
  assert.deepEqual(
    task.attempts.map(({ r, s }) => [r, s]),
    [
      [0, 0],
      [1, 0],
    ],
  );
});

test(
  'a worker that applies the real change is accepted at once, with the very tree a person committed',
  { skip },
  async (t) => {
    const command = ['sh', '-ec', 'git apply --index "$HOME/change.diff"'];
    const project = await createRealProject(t, { fix: { kind: 'command', command } });
    const before = project.userState();
    await project.drop(await readFile(PACK));
    await runToEnd(project);
    const task = await project.task(TASK);
    assert.equal(task.final_status, 'accepted');
    assert.deepEqual(
      task.attempts.map(({ r, s, reason_code, failed_criteria }) => [r, s, reason_code, failed_criteria]),
      [[0, 0, 'PASS_ALL_CRITERIA', []]],
    );
    assert.equal(task.attempts[0]?.files_changed.length, 5);
    assert.equal(task.branch, `reeve/${TASK}/${RUN}`);
    assert.equal(project.git('rev-parse', task.branch), task.commit);
    assert.equal(
      project.git('rev-parse', `${task.branch}^{tree}`),
      project.git('rev-parse', `${project.done}^{tree}`),
    );
    assert.equal(project.git('rev-parse', `${task.branch}~1`), project.git('rev-parse', 'HEAD'));
    assert.equal(project.userState(), before);
    assert.deepEqual(await project.worktrees(), []);
    await project.assertVerified();
  },
);

test('work that goes beyond the pack is refused for exactly the files out of scope', { skip }, async (t) => {
  const command = ['sh', '-ec', 'git apply --index "$HOME/later.diff"'];
  const project = await createRealProject(
    t,
    { later: { kind: 'command', command } },
    { retry: { max_rework_rounds: 0 } },
  );
  project.git('reset', '--quiet', '--hard', project.done);
  await project.write('kit/more.md', 'within the scope\n');
  await project.write('progress/notes.md', 'forbidden\n');
  await project.write('docs/extra.md', 'outside\n');
  project.git('add', '--all');
  project.git('commit', '--quiet', '--message', 'A later commit');
  project.git('diff', '--binary', 'HEAD~2', 'HEAD', `--output=${join(project.home, 'later.diff')}`);
  project.git('reset', '--quiet', '--hard', 'HEAD~2');
  await project.drop(await readFile(PACK));
  const daemon = await runToEnd(project);
  const { data } = await daemon.event('attempt.recorded');
  assert.deepEqual(
    data.findings.map(({ code, paths }) => [code, paths]),
    [
      ['FORBIDDEN_PATH', ['progress/notes.md']],
      ['SCOPE_VIOLATION', ['docs/extra.md']],
    ],
  );
  assert.equal(data.files_changed_count, 8);
  assert.deepEqual((await project.task(TASK)).attempts[0]?.failed_gates, ['G5']);
});
