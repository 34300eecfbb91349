import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { LedgerEvent } from '../../../protocol/events.ts';
import type { ReviewRecord, StepResult } from '../../../protocol/generated/types.ts';
import { createProject, packOf, runToEnd, shell, type ProjectFixture } from '../../helpers/daemon-fixture.ts';

type Recorded = Extract<LedgerEvent, { type: 'attempt.recorded' }>['data'];

const DOES_IT = 'mkdir -p docs; echo hello > docs/hello.md;';

/** Runs one attempt of a worker to its judgement. */
async function attempt(
  t: TestContext,
  script: string,
  change: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly project: ProjectFixture; readonly data: Recorded }> {
  const project = await createProject(t, {
    workers: { bad: shell(script) },
    settings: { retry: { max_attempts: 1, max_rework_rounds: 0 } },
  });
  await mkdir(join(project.home, 'outside'));
  const before = project.userState();
  await project.drop(packOf(change));
  const daemon = await runToEnd(project);
  assert.equal(project.userState(), before, 'the branch, index and files of the user');
  assert.deepEqual(await project.worktrees(), []);
  const { data } = await daemon.event('attempt.recorded');
  await project.assertVerified();
  return { project, data };
}

function codes({ findings }: Recorded): readonly string[] {
  return findings.map(({ code }) => code);
}

async function artifact<T>(project: ProjectFixture, path: string): Promise<T> {
  return JSON.parse(await readFile(join(project.workflow, 'default/tasks/T-1', path), 'utf8')) as T;
}

async function reviewOf(project: ProjectFixture, data: Recorded): Promise<ReviewRecord> {
  return await artifact<ReviewRecord>(project, data.review?.path ?? '');
}

const REPORT = (files: readonly string[]) =>
  JSON.stringify({
    task_id: 'T-1',
    run_id: 'T-1_run',
    step_id: 'S1',
    verdict: 'PASS',
    reason_code: 'PASS_ALL_CRITERIA',
    files_changed: files,
    commands_executed: [],
    verification_results: [{ criteria: 'AC1: docs/hello.md exists.', met: true }],
    evidence_map: {},
    summary: 'written by the worker',
  });

describe('a report of the worker', { concurrency: 2 }, () => {
  test('in the place of the controller’s is read as its own, and the controller’s stands', async (t) => {
    const report = REPORT(['docs/hello.md']);
    const { project, data } = await attempt(
      t,
      `${DOES_IT} echo '${report}' > "$REEVE_RUN_DIR/step_result.json"`,
    );
    assert.equal(data.result, 'PASS', data.reason_detail);
    const own = await artifact<StepResult>(project, data.step_result?.path ?? '');
    assert.notEqual(own.summary, 'written by the worker');
    assert.equal(own.commands_executed.length, 1);
    const { artifacts } = await reviewOf(project, data);
    assert.ok(artifacts.some(({ path }) => path.endsWith('/worker_step_result.json')));
  });

  test('that lies about the files it changed fails the attempt', async (t) => {
    const report = REPORT(['docs/hello.md', 'docs/never-written.md']);
    const { data } = await attempt(t, `${DOES_IT} echo '${report}' > "$REEVE_RESULT"`);
    assert.deepEqual(codes(data), ['EVIDENCE_MISMATCH']);
    assert.deepEqual(data.findings[0]?.paths, ['docs/never-written.md']);
  });

  test('that is not one at all fails the attempt', async (t) => {
    const { data } = await attempt(t, `${DOES_IT} echo '{"verdict": "GREAT"}' > "$REEVE_RESULT"`);
    assert.deepEqual(codes(data), ['RESULT_INVALID']);
  });

  test('that is a link or a pipe is neither followed nor waited for', async (t) => {
    const { data } = await attempt(t, `${DOES_IT} mkfifo "$REEVE_RESULT"`);
    assert.deepEqual(codes(data), ['RESULT_INVALID']);
  });
});

/** Where the controller would write if it followed the link. */
const OUTSIDE = '"$HOME/outside"';

describe('evidence is never written outside of the worktree', { concurrency: 2 }, () => {
  const links: Readonly<Record<string, string>> = {
    'the round folder': `rm -rf "$REEVE_RUN_DIR"; ln -s ${OUTSIDE} "$REEVE_RUN_DIR"`,
    'a folder above the round folder': `rm -rf .artifacts/agent_runs; ln -s ${OUTSIDE} .artifacts/agent_runs`,
    'the folder of all evidence': `rm -rf .artifacts; ln -s ${OUTSIDE} .artifacts`,
    'the folder of the outputs': `rm -rf "$REEVE_RUN_DIR/outputs"; ln -s ${OUTSIDE} "$REEVE_RUN_DIR/outputs"`,
    'the message': `ln -s ${OUTSIDE}/message.md "$REEVE_RUN_DIR/subagent_output.md"`,
    'the step result': `ln -s ${OUTSIDE}/result.json "$REEVE_RUN_DIR/step_result.json"`,
    'its own report': `ln -s ${OUTSIDE}/result.json "$REEVE_RESULT"`,
    'an output': `ln -s ${OUTSIDE}/output.txt "$REEVE_RUN_DIR/outputs/cmd_0.stdout.txt"`,
  };
  for (const [what, script] of Object.entries(links)) {
    test(`where the worker puts a link in the place of ${what}`, async (t) => {
      const { project } = await attempt(t, `${DOES_IT} ${script}`);
      assert.deepEqual(await readdir(join(project.home, 'outside')), []);
    });
  }

  test('where a required command puts a link in the place of what is written after it', async (t) => {
    const script = `
      ${DOES_IT}
      cat > docs/check.sh <<'END'
      round=$(echo "$PWD"/.artifacts/agent_runs/*/steps/*/rounds/R0)
      ln -sf "$HOME/outside/result.json" "$round/step_result.json"
      ln -sf "$HOME/outside/message.md" "$round/subagent_output.md"
END
    `;
    const { project } = await attempt(t, script, { commands_to_run: ['sh docs/check.sh'] });
    assert.deepEqual(await readdir(join(project.home, 'outside')), []);
  });

  test('where a required command moves the round folder out and leaves a link', async (t) => {
    const script = `
      ${DOES_IT}
      cat > docs/check.sh <<'END'
      rounds=$(echo "$PWD"/.artifacts/agent_runs/*/steps/*/rounds)
      [ -e "$HOME/moved" ] || { mv "$rounds/R0" "$HOME/moved"; ln -s "$HOME/moved" "$rounds/R0"; }
END
    `;
    const commands = { commands_to_run: ['sh docs/check.sh', 'test -d docs'] };
    const { project } = await attempt(t, script, commands);
    const moved = await readdir(join(project.home, 'moved'), { recursive: true });
    assert.deepEqual(
      moved.filter((name) => /step_result\.json|subagent_output\.md|cmd_1\./.test(name)),
      [],
    );
  });

  test('and what lies outside is not renamed through a link either', async (t) => {
    const { project } = await attempt(
      t,
      `${DOES_IT} echo '{}' > ${OUTSIDE}/step_result.json; rm -rf "$REEVE_RUN_DIR"; ln -s ${OUTSIDE} "$REEVE_RUN_DIR"`,
    );
    assert.deepEqual(await readdir(join(project.home, 'outside')), ['step_result.json']);
  });
});

describe('a worker that touches the repository’s own machinery', { concurrency: 2 }, () => {
  test('by changing its configuration', async (t) => {
    const { data } = await attempt(t, `${DOES_IT} git config core.fsmonitor /tmp/evil`);
    assert.equal(data.reason_code, 'FORBIDDEN_PATH');
    assert.deepEqual(data.findings[0]?.paths, ['.git/config']);
  });

  test('by laying down a hook', async (t) => {
    const hook = '"$(git rev-parse --git-common-dir)/hooks/post-commit"';
    const { data, project } = await attempt(
      t,
      `${DOES_IT} mkdir -p "$(git rev-parse --git-common-dir)/hooks"; printf '#!/bin/sh\\ntouch "$HOME/outside/ran"\\n' > ${hook}; chmod +x ${hook}`,
    );
    assert.equal(data.reason_code, 'FORBIDDEN_PATH');
    assert.deepEqual(data.findings[0]?.paths, ['.git/hooks/post-commit']);
    assert.equal(existsSync(join(project.home, 'outside/ran')), false);
  });

  test('by committing itself is measured all the same', async (t) => {
    const script = `${DOES_IT} git add --all; git commit --quiet --message own; echo more > docs/more.md`;
    const { data } = await attempt(t, script);
    assert.equal(data.result, 'PASS', data.reason_detail);
    assert.deepEqual(
      data.files_changed.map(({ path }) => path),
      ['docs/hello.md', 'docs/more.md'],
    );
  });

  test('by deleting .git is measured all the same', async (t) => {
    const { data, project } = await attempt(t, `${DOES_IT} rm -rf .git; echo no > README.md`);
    assert.equal(data.reason_code, 'SCOPE_VIOLATION');
    assert.deepEqual(data.findings[0]?.paths, ['README.md']);
    assert.equal(project.git('fsck', '--no-progress'), '');
  });

  test('by clearing away everything that git does not track loses its evidence and nothing else', async (t) => {
    const { data } = await attempt(t, `git clean --quiet -ffdx; ${DOES_IT}`);
    assert.deepEqual(
      data.files_changed.map(({ path }) => path),
      ['docs/hello.md'],
    );
  });

  test('by leaving its scope through a link', async (t) => {
    const { data } = await attempt(t, `${DOES_IT} ln -s ../src/app.txt docs/link.txt`);
    assert.equal(data.reason_code, 'SCOPE_VIOLATION');
  });
});

test('what a required command writes is never taken for the worker’s work', async (t) => {
  const { project, data } = await attempt(t, `${DOES_IT} echo 'touch made-by-check' > docs/check.sh`, {
    commands_to_run: ['sh docs/check.sh'],
  });
  assert.equal(data.result, 'PASS', data.reason_detail);
  const review = await reviewOf(project, data);
  assert.notEqual(review.tree_after_commands, review.tree);
  assert.deepEqual(
    data.files_changed.map(({ path }) => path),
    ['docs/check.sh', 'docs/hello.md'],
  );
  const task = await project.task('T-1');
  assert.equal(project.git('rev-parse', `${task.commit}^{tree}`), review.tree);
  assert.equal(project.git('ls-tree', '--name-only', task.commit ?? '', 'made-by-check'), '');
});

test('a worker that ends in order but not with 0 cannot pass, however good its work looks', async (t) => {
  const { data } = await attempt(t, `${DOES_IT} exit 3`);
  assert.deepEqual(codes(data), ['WORKER_CRASHED']);
  assert.equal(data.commands[0]?.exit_code, 0);
});

test('work that is not accepted is kept as a snapshot', async (t) => {
  const { project, data } = await attempt(t, 'mkdir docs; echo draft > docs/draft.md');
  assert.equal(data.reason_code, 'COMMAND_FAILED');
  assert.equal(project.git('show', `${data.snapshot?.commit}:docs/draft.md`), 'draft');
  assert.equal(project.git('rev-parse', data.snapshot?.ref ?? ''), data.snapshot?.commit);
});
