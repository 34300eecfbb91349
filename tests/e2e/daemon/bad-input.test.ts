import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstat, mkdir, open, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import {
  createProject,
  GREET,
  openDaemon,
  packOf,
  refusalOf,
  runToEnd,
  type ProjectFixture,
} from '../../helpers/daemon-fixture.ts';

const pack = (change: Readonly<Record<string, unknown>>): string => JSON.stringify(packOf(change));
const paths = (...allowed: readonly string[]): string => pack({ allowed_paths: allowed });
const gate = (change: Readonly<Record<string, unknown>>): string =>
  pack({
    gates: [
      { gate_id: 'G1', owner: 'worker', type: 'required_command_exit_0', target_ac: ['AC1'], ...change },
    ],
  });

/** What is dropped, and the one code it is refused with. */
const DOCUMENTS: Readonly<Record<string, readonly [content: string | Buffer, code: string]>> = {
  'text that is not JSON': ['hello', 'NOT_JSON'],
  'JSON cut short': ['{"task_id": "T-1"', 'NOT_JSON'],
  'an empty file': ['', 'NOT_JSON'],
  'bytes that are not UTF-8': [Buffer.from('{"task_id": "\xff"}', 'latin1'), 'NOT_UTF8'],
  'a byte order mark': [`\uFEFF${pack({})}`, 'BYTE_ORDER_MARK'],
  'a key twice': [pack({}).replace('{', '{"title": "Another",'), 'DUPLICATE_KEY'],
  'arrays a hundred thousand deep': ['['.repeat(100_000) + ']'.repeat(100_000), 'TOO_DEEP'],
  '__proto__ within the scope': [
    pack({ allowed_paths: undefined }).replace(
      '{',
      '{"scope": {"__proto__": {}, "allowed_paths": ["docs/**"]},',
    ),
    'UNKNOWN_KEY',
  ],
  'two names of one fact that disagree': [pack({ scope: { allowed_paths: ['src/**'] } }), 'ALIAS_CONFLICT'],
  'an unknown nested key': [pack({ scope: { allowed_paths: ['docs/**'], colour: 'red' } }), 'UNKNOWN_KEY'],
  'a path that climbs out': [paths('docs/../../other/**'), 'PATH_ESCAPES'],
  'an absolute path': [paths('/etc/**'), 'PATH_ABSOLUTE'],
  'a drive path': [paths('C:/Windows/**'), 'PATH_ABSOLUTE'],
  'a glob bomb': [paths('{a,b}'.repeat(40)), 'GLOB_TOO_COMPLEX'],
  'a criterion that nothing can prove': [pack({ commands_to_run: [], gates: [] }), 'CRITERION_UNPROVABLE'],
  'a gate on a command that does not exist': [gate({ command_index: 7 }), 'COMMAND_INDEX_RANGE'],
  'a gate on a criterion that does not exist': [
    gate({ command_index: 0, target_ac: ['AC9'] }),
    'UNKNOWN_CRITERION',
  ],
  'a run id of another task': [pack({ run_id: 'T-2_run' }), 'RUN_ID_MISMATCH'],
  'a task id that is a path': [pack({ task_id: '../x', run_id: undefined }), 'BAD_FORMAT'],
  'shell syntax in a required command': [
    pack({ commands_to_run: ['test -f a && rm -rf b'] }),
    'COMMAND_SHELL_SYNTAX',
  ],
};

describe('refuses, keeps byte for byte and explains', { concurrency: 2 }, () => {
  for (const [what, [content, code]] of Object.entries(DOCUMENTS)) {
    test(`${what}: ${code}`, async (t) => {
      const project = await createProject(t, { workers: { greet: GREET } });
      await project.drop(content);
      const daemon = await runToEnd(project);
      const { codes, kept } = await refusalOf(project, 'pack.json');
      assert.ok(codes.includes(code), codes.join());
      assert.deepEqual(kept, Buffer.from(content));
      const { data } = await daemon.event('pack.refused');
      assert.ok(data.problems.some((problem) => problem.code === code));
      assert.deepEqual(await readdir(join(project.workflow, 'default/inbox')), []);
      assert.deepEqual(await project.queries.listTasks(), []);
    });
  }
});

test('__proto__ at the top is an unknown key like any other, and pollutes nothing', async (t) => {
  const project = await createProject(t, { workers: { greet: GREET } });
  await project.drop(pack({}).replace('{', '{"__proto__": {"worker": "evil"},'));
  await runToEnd(project);
  assert.equal((await project.task('T-1')).final_status, 'accepted');
  assert.equal(({} as Record<string, unknown>)['worker'], undefined);
});

async function refuseEntry(
  t: TestContext,
  make: (path: string, project: ProjectFixture) => Promise<void>,
): Promise<{ readonly project: ProjectFixture; readonly kept: string; readonly code: string | undefined }> {
  const project = await createProject(t, { workers: { greet: GREET } });
  const path = join(project.workflow, 'default/inbox/pack.json');
  await mkdir(dirname(path), { recursive: true });
  await make(path, project);
  const daemon = await runToEnd(project);
  const { data } = await daemon.event('pack.refused');
  assert.deepEqual(await readdir(dirname(path)), []);
  return { project, kept: join(project.workflow, 'default', data.kept_as), code: data.problems[0]?.code };
}

test('a file of 100 MB is moved away without being read', async (t) => {
  const { kept, code } = await refuseEntry(t, async (path) => {
    const file = await open(path, 'w');
    await file.truncate(100 * 1024 * 1024);
    await file.close();
  });
  assert.equal(code, 'TOO_LARGE');
  assert.equal((await lstat(kept)).size, 100 * 1024 * 1024);
});

test('a symbolic link is moved away and not followed', async (t) => {
  const { kept, code, project } = await refuseEntry(t, async (path, { home }) => {
    await writeFile(join(home, 'real.json'), pack({}));
    await symlink(join(home, 'real.json'), path);
  });
  assert.equal(code, 'NOT_A_FILE');
  assert.ok((await lstat(kept)).isSymbolicLink());
  assert.equal(await readFile(join(project.home, 'real.json'), 'utf8'), pack({}));
});

test(
  'a pipe is moved away, and nobody waits for a writer',
  { skip: process.platform === 'win32' },
  async (t) => {
    const { kept, code } = await refuseEntry(t, async (path) => void execFileSync('mkfifo', [path]));
    assert.equal(code, 'NOT_A_FILE');
    assert.ok((await lstat(kept)).isFIFO());
  },
);

test('a folder with the name of a pack is moved away with all it holds', async (t) => {
  const { kept, code } = await refuseEntry(t, async (path) => {
    await mkdir(path);
    await writeFile(join(path, 'inner.json'), pack({}));
  });
  assert.equal(code, 'NOT_A_FILE');
  assert.deepEqual(await readdir(kept), ['inner.json']);
});

test('a socket is moved away', { skip: process.platform === 'win32' }, async (t) => {
  const { kept, code } = await refuseEntry(t, async (path) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    t.after(() => server.close());
  });
  assert.equal(code, 'NOT_A_FILE');
  assert.ok((await lstat(kept)).isSocket());
});

test('an attempt reported out of R/S order is refused, and nothing may follow a close', async (t) => {
  const project = await createProject(t);
  const { services } = await openDaemon(project);
  const actor = { kind: 'person', id: 'someone' } as const;
  const attempt = { run_id: 'T-9_run', step_id: 'S1', reason_detail: '', files_changed: [] };
  const failed = {
    ...attempt,
    result: 'FAIL',
    controller_verdict: 'FAIL',
    reason_code: 'COMMAND_FAILED',
  } as const;
  const passed = {
    ...attempt,
    result: 'PASS',
    controller_verdict: 'PASS',
    reason_code: 'PASS_ALL_CRITERIA',
  } as const;
  const report = (change: object) =>
    services.commands.reportAttempt('default', 'T-9', { ...failed, ...change }, actor);
  await assert.rejects(report({ r: 0, s: 1 }), { code: 'ATTEMPT_OUT_OF_ORDER' });
  await report({ r: 0, s: 0 });
  for (const [r, s] of [
    [0, 0],
    [0, 2],
    [1, 1],
    [2, 0],
  ]) {
    await assert.rejects(report({ r, s }), { code: 'ATTEMPT_OUT_OF_ORDER' }, `R${r}/S${s}`);
  }
  await services.commands.reportAttempt('default', 'T-9', { ...passed, r: 1, s: 0 }, actor);
  const close = { final_status: 'accepted', detail: 'done' } as const;
  await services.commands.closeTask('default', 'T-9', close, actor);
  await assert.rejects(report({ r: 1, s: 1 }), { code: 'TASK_CLOSED' });
  await assert.rejects(services.commands.closeTask('default', 'T-9', close, actor), { code: 'TASK_CLOSED' });
  assert.equal((await project.taskEvents('T-9')).at(-1)?.type, 'task.closed');
});
