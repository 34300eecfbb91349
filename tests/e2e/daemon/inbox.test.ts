import assert from 'node:assert/strict';
import { appendFile, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  createProject,
  eventually,
  GREET,
  openDaemon,
  packOf,
  refusalOf,
  runToEnd,
} from '../../helpers/daemon-fixture.ts';

const WORKERS = { greet: GREET };
const TEXT = JSON.stringify(packOf());

test('a file that is renamed into the inbox is taken without waiting for a scan, and kept byte for byte', async (t) => {
  const project = await createProject(t, { workers: WORKERS, settings: { inbox: { rescan_sec: 3600 } } });
  await mkdir(join(project.workflow, 'default/inbox'), { recursive: true });
  const daemon = await openDaemon(project);
  const path = await project.drop(`${TEXT}\n`);
  const { data } = await daemon.event('pack.accepted');
  assert.equal(data.source, 'inbox');
  const kept = join(project.workflow, 'default/tasks/T-1/packs', `${data.pack_sha256}.json`);
  assert.equal(await readFile(kept, 'utf8'), `${TEXT}\n`);
  await eventually(async () => !(await readdir(join(path, '..'))).includes('pack.json'), 'an empty inbox');
});

test('a file directly in workflow/ belongs to the default project', async (t) => {
  const project = await createProject(t, { workers: WORKERS });
  const daemon = await openDaemon(project);
  await writeFile(join(project.workflow, 'pack.json'), TEXT);
  assert.equal((await daemon.event('pack.accepted')).project_id, 'default');
});

test('a file written in two parts is one pack', async (t) => {
  const project = await createProject(t, { workers: WORKERS });
  const daemon = await openDaemon(project);
  const path = join(project.workflow, 'default/inbox/pack.json');
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, TEXT.slice(0, 40));
  await eventually(() => daemon.kernel.isIdle || undefined, 'a quiet moment');
  await appendFile(path, TEXT.slice(40));
  await daemon.event('pack.accepted');
  assert.deepEqual(
    daemon.events.filter(({ type }) => type === 'pack.refused'),
    [],
  );
});

test('names of editors and of copies in progress, and folders within the inbox, are left alone', async (t) => {
  const project = await createProject(t, { workers: WORKERS });
  const names = [
    '.pack.json',
    'pack.json~',
    'pack.json.tmp',
    '.pack.json.swp',
    'pack.json.part',
    'notes.txt',
  ];
  for (const name of names) await project.drop(TEXT, { name });
  const inbox = join(project.workflow, 'default/inbox');
  await mkdir(join(inbox, 'later'));
  await writeFile(join(inbox, 'later/pack.json'), TEXT);
  const daemon = await runToEnd(project);
  assert.deepEqual((await readdir(inbox)).toSorted(), [...names, 'later'].toSorted());
  assert.deepEqual(
    daemon.events.filter(({ type }) => type.startsWith('pack.')),
    [],
  );
});

test('the same bytes under two names are one pack, also after the task is closed', async (t) => {
  const project = await createProject(t, { workers: WORKERS });
  await project.drop(TEXT, { name: 'a.json' });
  await project.drop(TEXT, { name: 'b.json' });
  const daemon = await openDaemon(project);
  await daemon.settled();
  await project.drop(TEXT, { name: 'c.json' });
  await daemon.settled();
  assert.equal(daemon.events.filter(({ type }) => type === 'pack.accepted').length, 1);
  assert.deepEqual(await readdir(join(project.workflow, 'default/inbox')), []);
  assert.deepEqual(await readdir(join(project.workflow, 'default/rejected')).catch(() => []), []);
  assert.equal((await project.task('T-1')).attempts.length, 1);
});

test('the same ids with other bytes are refused: kept, explained and recorded', async (t) => {
  const project = await createProject(t, { workers: WORKERS, settings: { workers: {} } });
  const daemon = await openDaemon(project);
  await project.drop(TEXT, { name: 'a.json' });
  await daemon.event('task.escalated');
  const other = JSON.stringify(packOf({ title: 'Something else' }));
  await project.drop(other, { name: 'b.json' });
  const { data } = await daemon.event('pack.refused');
  assert.equal(data.kept_as, 'rejected/b.json');
  assert.deepEqual(
    data.problems.map(({ code }) => code),
    ['CONFLICT'],
  );
  const { codes, kept } = await refusalOf(project, 'b.json');
  assert.deepEqual(codes, ['CONFLICT']);
  assert.equal(kept.toString('utf8'), other);
  assert.ok(daemon.logged.some(({ msg, name }) => msg === 'pack refused' && name === 'b.json'));
});

test('a pack that comes after its task was closed is refused', async (t) => {
  const project = await createProject(t, { workers: WORKERS });
  await project.drop(TEXT);
  await runToEnd(project);
  await project.drop(packOf({ run_id: 'T-1_again' }), { name: 'again.json' });
  await runToEnd(project);
  assert.deepEqual((await refusalOf(project, 'again.json')).codes, ['TASK_CLOSED']);
});

test('two refused files of one name are both kept', async (t) => {
  const project = await createProject(t, { workers: WORKERS });
  await project.drop('{"first": 1}');
  await writeFile(join(project.workflow, 'pack.json'), '{"second": 2}');
  await runToEnd(project);
  const first = await refusalOf(project, 'pack.json');
  const second = await refusalOf(project, 'pack-2.json');
  const kept = [first, second].map((refusal) => refusal.kept.toString('utf8'));
  assert.deepEqual(kept.toSorted(), ['{"first": 1}', '{"second": 2}']);
});

test('a name as long as a file system takes can be refused', async (t) => {
  const project = await createProject(t, { workers: WORKERS });
  await project.drop('{}', { name: `${'名'.repeat(80)}.json` });
  await runToEnd(project);
  const kept = await readdir(join(project.workflow, 'default/rejected'));
  assert.equal(kept.length, 2);
});

test('a file dropped while no daemon ran is taken at the next start', async (t) => {
  const project = await createProject(t, { workers: WORKERS });
  await project.drop(TEXT);
  await runToEnd(project);
  assert.equal((await project.task('T-1')).final_status, 'accepted');
});

test('what the watcher does not tell of is found by the scan, in a project made meanwhile too', async (t) => {
  const project = await createProject(t, { workers: WORKERS });
  const daemon = await openDaemon(project);
  const elsewhere = join(project.home, 'made-elsewhere');
  await mkdir(join(elsewhere, 'inbox'), { recursive: true });
  await writeFile(join(elsewhere, 'inbox/pack.json'), TEXT);
  // A whole folder moved in: the watcher sees a folder, and what is in it only later, if at all.
  await rename(elsewhere, join(project.workflow, 'other'));
  assert.equal((await daemon.event('pack.accepted')).project_id, 'other');
  await project.drop(packOf({ task_id: 'T-2' }), { project: 'third' });
  const second = await daemon.event('pack.accepted', ({ task_id }) => task_id === 'T-2');
  assert.equal(second.project_id, 'third');
});
