import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  createProject,
  eventually,
  openDaemon,
  packOf,
  runToEnd,
  shell,
} from '../../helpers/daemon-fixture.ts';
import { markedProcesses, spawnDaemon } from '../../helpers/daemon-process.ts';

const skip = process.platform === 'linux' ? false : 'looks for processes by their environment in /proc';

/** Lives on when it was run once before: so the second run, after the kill, ends. */
const LINGERS_ONCE = `
  echo run >> "$HOME/ran.txt"
  mkdir -p docs; echo hello > docs/hello.md
  if [ "$(wc -l < "$HOME/ran.txt")" = 1 ]; then
    setsid sleep 300 < /dev/null > /dev/null 2>&1 &
    echo up > "$HOME/up.txt"
    sleep 300
  fi
`;

test(
  'a worker and its grandchild in a session of its own do not outlive the next start, and both are accounted for',
  { skip },
  async (t) => {
    const project = await createProject(t, { workers: { fix: shell(LINGERS_ONCE) } });
    const daemon = await spawnDaemon(project);
    await project.drop(packOf());
    await daemon.saw('worker.spawned');
    await eventually(() => readFile(join(project.home, 'up.txt')).catch(() => undefined), 'the grandchild');
    await daemon.kill('SIGKILL');
    const first = (await project.taskEvents('T-1')).find((event) => event.type === 'attempt.started');
    assert.ok(first?.type === 'attempt.started');
    const left = await markedProcesses([first.data.attempt_id]);
    assert.ok(left.length >= 2, 'the worker and its grandchild live on without their daemon');
    const next = await runToEnd(project);
    assert.deepEqual(await markedProcesses([first.data.attempt_id]), []);
    const interrupted = await next.event('attempt.interrupted');
    const killed = interrupted.data.orphans
      .filter(({ outcome }) => outcome === 'killed')
      .map(({ pid }) => pid);
    assert.deepEqual(
      [...left].filter((pid) => !killed.includes(pid)),
      [],
    );
    assert.equal((await project.task('T-1')).final_status, 'accepted');
  },
);

test(
  'the work an interrupted worker left is kept as a snapshot, and the next one starts without it',
  { skip },
  async (t) => {
    const worker = shell(`
    if [ ! -e "$HOME/up.txt" ]; then
      mkdir -p docs; echo half > docs/half.md; echo up > "$HOME/up.txt"; sleep 300
    fi
    mkdir -p docs; echo hello > docs/hello.md
  `);
    const project = await createProject(t, { workers: { fix: worker } });
    const daemon = await spawnDaemon(project);
    await project.drop(packOf());
    await eventually(() => readFile(join(project.home, 'up.txt')).catch(() => undefined), 'half of the work');
    await daemon.saw('worker.spawned');
    await daemon.kill('SIGKILL');
    const next = await runToEnd(project);
    const { snapshot } = (await next.event('attempt.interrupted')).data;
    assert.ok(snapshot !== null);
    assert.equal(project.git('show', `${snapshot.commit}:docs/half.md`), 'half');
    assert.equal(project.git('rev-parse', snapshot.ref), snapshot.commit);
    const task = await project.task('T-1');
    assert.equal(task.final_status, 'accepted');
    assert.deepEqual(task.attempts.at(-1)?.files_changed, ['docs/hello.md']);
  },
);

test(
  'a required command that was running is ended, and only the review is done again',
  { skip },
  async (t) => {
    const check = `
    [ -e "$HOME/checked.txt" ] && exit 0
    echo up > "$HOME/checked.txt"; setsid sleep 300 < /dev/null > /dev/null 2>&1 & sleep 300
  `;
    const worker = shell('echo run >> "$HOME/ran.txt"; mkdir -p docs; echo hello > docs/hello.md');
    const project = await createProject(t, { workers: { fix: worker } });
    await project.write('check.sh', check);
    project.git('add', '--all');
    project.git('commit', '--quiet', '--message', 'A slow check');
    const daemon = await spawnDaemon(project);
    await project.drop(packOf({ commands_to_run: ['sh check.sh'] }));
    await eventually(() => readFile(join(project.home, 'checked.txt')).catch(() => undefined), 'the command');
    await daemon.kill('SIGKILL');
    const next = await runToEnd(project);
    const { data } = await next.event('attempt.recorded');
    assert.equal(data.result, 'PASS');
    assert.deepEqual(await markedProcesses([data.attempt_id]), []);
    assert.equal(await readFile(join(project.home, 'ran.txt'), 'utf8'), 'run\n');
    assert.deepEqual(
      next.events.filter(({ type }) => type === 'attempt.interrupted'),
      [],
    );
  },
);

test('a daemon that is stopped in the middle of a run records the interruption, and the next start goes on', async (t) => {
  const worker = shell(`
    echo run >> "$HOME/ran.txt"
    if [ "$(wc -l < "$HOME/ran.txt")" = 1 ]; then sleep 300; fi
    mkdir -p docs; echo hello > docs/hello.md
  `);
  const project = await createProject(t, { workers: { fix: worker } });
  const daemon = await openDaemon(project);
  await project.drop(packOf());
  const spawned = await daemon.event('worker.spawned');
  await eventually(() => readFile(join(project.home, 'ran.txt')).catch(() => undefined), 'the worker');
  await daemon.close('stopped by a person');
  assert.deepEqual(await markedProcesses([spawned.data.attempt_id]), []);
  const stopped = await project.task('T-1');
  assert.equal(stopped.status, 'queued');
  assert.match(stopped.attempts[0]?.reason_detail ?? '', /the daemon was stopped/);
  await runToEnd(project);
  const task = await project.task('T-1');
  assert.equal(task.final_status, 'accepted');
  assert.deepEqual(
    task.attempts.map(({ r, s, result }) => [r, s, result]),
    [
      [0, 0, 'INTERRUPTED'],
      [0, 0, 'PASS'],
    ],
  );
});
