import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { collectArtifacts } from '../../../daemon/workspace/collect-artifacts.ts';
import { layRound } from '../../../daemon/workspace/lay-round.ts';

const posixOnly = { skip: process.platform === 'win32' };
const where = { runId: 'T_20260101T000000Z', stepId: 'S1', round: 2 };

async function temporary(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-round-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');

test('lays the round folder down, and again', async (t) => {
  const worktree = await temporary(t);
  const round = await layRound(worktree, where);
  assert.equal(round, join(worktree, '.artifacts/agent_runs/T_20260101T000000Z/steps/S1/rounds/R2'));
  assert.deepEqual(await readdir(round), ['outputs']);
  await rm(join(worktree, '.artifacts'), { recursive: true });
  assert.equal(await layRound(worktree, where), round);
  assert.equal(await layRound(worktree, where), round);
  const ignore = join(worktree, '.artifacts/agent_runs/T_20260101T000000Z/.gitignore');
  assert.equal(await readFile(ignore, 'utf8'), '*\n');
});

for (const [index, component] of [
  '.artifacts',
  '.artifacts/agent_runs',
  `.artifacts/agent_runs/${where.runId}`,
  `.artifacts/agent_runs/${where.runId}/steps`,
  `.artifacts/agent_runs/${where.runId}/steps/S1/rounds/R2`,
].entries()) {
  test(`refuses a link or a file in the way of the round folder (${index})`, posixOnly, async (t) => {
    const worktree = await temporary(t);
    const outside = await temporary(t);
    await mkdir(join(worktree, component, '..'), { recursive: true });
    await symlink(outside, join(worktree, component));
    await assert.rejects(layRound(worktree, where), { code: 'CONFLICT', hint: /not a link/ });
    assert.deepEqual(await readdir(outside), [], 'nothing was written outside');
    await rm(join(worktree, component));
    await writeFile(join(worktree, component), '');
    await assert.rejects(layRound(worktree, where), { code: 'CONFLICT' });
  });
}

test('refuses to write through a linked .gitignore', posixOnly, async (t) => {
  const worktree = await temporary(t);
  const victim = join(await temporary(t), 'victim');
  await writeFile(victim, 'precious');
  const run = join(worktree, '.artifacts/agent_runs', where.runId);
  await mkdir(run, { recursive: true });
  await symlink(victim, join(run, '.gitignore'));
  await assert.rejects(layRound(worktree, where), { code: 'CONFLICT' });
  assert.equal(await readFile(victim, 'utf8'), 'precious');
});

test('refuses ids that are no folder names', async (t) => {
  const worktree = await temporary(t);
  await assert.rejects(layRound(worktree, { ...where, runId: '../..' }), { code: 'BUG' });
  await assert.rejects(layRound(worktree, { ...where, round: -1 }), { code: 'BUG' });
});

test('copies every regular file with its digest, and may be repeated', async (t) => {
  const worktree = await temporary(t);
  const taskDir = await temporary(t);
  const roundDir = await layRound(worktree, where);
  await writeFile(join(roundDir, 'step_result.json'), '{}');
  await writeFile(join(roundDir, 'outputs/cmd_0.stdout.txt'), 'ok\n');
  const expected = {
    artifacts: [
      { path: 'artifacts/A_1/outputs/cmd_0.stdout.txt', sha256: sha256('ok\n'), bytes: 3 },
      { path: 'artifacts/A_1/step_result.json', sha256: sha256('{}'), bytes: 2 },
    ],
    omitted: [],
  };
  for (let time = 0; time < 2; time += 1) {
    assert.deepEqual(await collectArtifacts({ roundDir, taskDir, into: 'artifacts/A_1' }), expected);
  }
  assert.equal(await readFile(join(taskDir, 'artifacts/A_1/outputs/cmd_0.stdout.txt'), 'utf8'), 'ok\n');
  assert.deepEqual((await readdir(join(taskDir, 'artifacts/A_1'))).toSorted(), [
    'outputs',
    'step_result.json',
  ]);
});

test('leaves links, pipes and what exceeds the limits behind, and says so', posixOnly, async (t) => {
  const roundDir = await temporary(t);
  const taskDir = await temporary(t);
  const secret = join(await temporary(t), 'secret');
  await writeFile(secret, 'secret');
  await mkdir(join(roundDir, 'deep/deeper'), { recursive: true });
  await writeFile(join(roundDir, 'deep/deeper/x'), 'x');
  await writeFile(join(roundDir, 'big'), 'x'.repeat(200));
  await writeFile(join(roundDir, 'small'), 'x');
  await symlink(secret, join(roundDir, 'link'));
  await symlink(join(secret, '..'), join(roundDir, 'linked-folder'));
  execFileSync('mkfifo', [join(roundDir, 'pipe')]);
  const { artifacts, omitted } = await collectArtifacts({
    roundDir,
    taskDir,
    into: 'a',
    limits: { bytes: 100, depth: 1 },
  });
  assert.deepEqual(
    artifacts.map(({ path }) => path),
    ['a/small'],
  );
  assert.deepEqual(Object.fromEntries(omitted.map(({ path, reason }) => [path, reason])), {
    'deep/deeper': 'it lies too deep',
    big: 'it exceeds the room for evidence',
    link: 'it is not a regular file',
    'linked-folder': 'it is not a regular file',
    pipe: 'it is not a regular file',
  });
  assert.deepEqual(await readdir(join(taskDir, 'a')), ['small']);
});

test('copies no more files than allowed', async (t) => {
  const roundDir = await temporary(t);
  for (let n = 0; n < 10; n += 1) await writeFile(join(roundDir, `f${n}`), '');
  const options = { roundDir, taskDir: await temporary(t), into: 'a', limits: { files: 4 } };
  const { artifacts, omitted } = await collectArtifacts(options);
  assert.equal(artifacts.length, 4);
  assert.equal(omitted.length, 6);
});
