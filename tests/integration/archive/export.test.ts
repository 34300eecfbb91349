import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { verifyArchive } from '../../../daemon/archive/verify-archive.ts';
import { originalPath } from '../../../daemon/archive/portable-name.ts';
import { exportArchive } from '../../../daemon/archive/export-archive.ts';
import { exportTo, makeEvidence, readTree, writeDeep } from '../../helpers/archive-fixture.ts';
import {
  closed,
  edit,
  makeProject,
  note,
  opened,
  PERSON,
  scratchFolder,
  taskLog,
  withLedger,
} from '../../helpers/ledger-fixture.ts';

const root = scratchFolder();

function freshFolder(): string {
  return mkdtempSync(join(root, 'x-'));
}

const has = (program: string) => spawnSync(program, ['--help'], { stdio: 'ignore' }).error === undefined;
const unzipMissing = has('unzip') ? false : 'unzip is not installed';
const toolsMissing = has('unzip') && has('sha256sum') ? false : 'unzip or sha256sum is not installed';

test('unzip -t finds nothing wrong', { skip: unzipMissing }, async () => {
  const folder = freshFolder();
  await exportTo(await makeEvidence(folder), join(folder, 'p.zip'));
  execFileSync('unzip', ['-tq', join(folder, 'p.zip')]);
});

test('sha256sum -c passes on every name a worker can think of', { skip: toolsMissing }, async () => {
  const folder = freshFolder();
  const { archive_id, files } = await exportTo(await makeEvidence(folder), join(folder, 'p.zip'));
  execFileSync('unzip', ['-q', 'p.zip', '-d', 'u'], { cwd: folder });
  const bag = join(folder, 'u', 'p');
  const checked = execFileSync('sha256sum', ['--strict', '-c', 'manifest-sha256.txt'], {
    cwd: bag,
    encoding: 'utf8',
  });
  assert.equal(checked.trimEnd().split('\n').length, files);
  execFileSync('sha256sum', ['--strict', '-c', 'tagmanifest-sha256.txt'], { cwd: bag });
  const tagManifest = readFileSync(join(bag, 'tagmanifest-sha256.txt'));
  assert.equal(createHash('sha256').update(tagManifest).digest('hex'), archive_id);
});

test('the payload is the logs, manifests, packs, artifacts and refused files, and nothing else', async () => {
  const folder = freshFolder();
  const project = await makeEvidence(folder);
  writeDeep(join(project, 'tasks/T-1/packs/abc.json'), '{}');
  writeDeep(join(project, 'tasks/T-1/events.jsonl.torn-12'), 'torn');
  writeDeep(join(project, 'events.jsonl.torn-7-2'), 'torn');
  await exportTo(project, join(folder, 'p.zip'));
  const expected = [...readTree(project).keys()].filter((path) => !/^inbox|task_log|\.tmp$|A-2/.test(path));
  assert.deepEqual(namesIn(join(folder, 'p.zip')), expected.sort());
});

test('two exports of the same project are the same bytes', async () => {
  const folder = freshFolder();
  const project = await makeEvidence(folder);
  await exportTo(project, join(folder, '1.zip'));
  await exportTo(project, join(folder, '2.zip'));
  assert.ok(readFileSync(join(folder, '1.zip')).equals(readFileSync(join(folder, '2.zip'))));
});

test('an archive made while the ledger grows ends every log at a committed head', async () => {
  const folder = freshFolder();
  await withLedger(folder, async (project) => {
    await project.appendTask('T-1', PERSON, 'queued', [opened()]).durable;
    await project.flush();
    const appending = (async () => {
      for (let n = 0; n < 200; n += 1) {
        const drafts = project.tasks.has(`N-${n % 5}`) ? [note(`note ${n}`)] : [opened()];
        await project.appendTask(`N-${n % 5}`, PERSON, 'queued', drafts).durable;
      }
    })();
    for (let n = 0; n < 5; n += 1) {
      await exportTo(project.folder, join(folder, `${n}.zip`));
      const { ok, problems } = await verifyArchive({ file: join(folder, `${n}.zip`) });
      assert.ok(ok, JSON.stringify(problems));
    }
    await appending;
  });
});

test('lines behind the newest head and a half-written line are left out', async () => {
  const folder = freshFolder();
  const project = await makeProject(folder, { 'T-1': 3 });
  const before = await exportTo(project, join(folder, '1.zip'));
  appendFileSync(taskLog(project, 'T-1'), '{"half');
  appendFileSync(join(project, 'events.jsonl'), '{"half');
  const after = await exportTo(project, join(folder, '2.zip'));
  assert.equal(after.archive_id, before.archive_id);
});

test('a task whose creation is the last line of the project log is cut after its first line', async () => {
  const folder = freshFolder();
  const project = await makeProject(folder, { 'T-1': 3 });
  edit(join(project, 'events.jsonl'), (bytes) => bytes.subarray(0, bytes.lastIndexOf('\n', -2) + 1));
  const { heads } = await exportTo(project, join(folder, 'p.zip'));
  assert.deepEqual(heads, []);
  assert.ok((await verifyArchive({ file: join(folder, 'p.zip') })).ok);
});

test(
  'a link or a pipe among the evidence is left out and named',
  { skip: process.platform === 'win32' },
  async () => {
    const folder = freshFolder();
    const project = await makeEvidence(folder);
    symlinkSync('/etc/passwd', join(project, 'rejected', 'link.json'));
    symlinkSync('/etc', join(project, 'tasks/T-1/artifacts/R0/S0/A-1/folder'));
    execFileSync('mkfifo', [join(project, 'rejected', 'pipe.json')]);
    const { left_out } = await exportTo(project, join(folder, 'p.zip'));
    assert.deepEqual(
      new Map(left_out.map(({ path, reason }) => [path, reason])),
      new Map([
        ['rejected/link.json', 'it is a symbolic link'],
        ['rejected/pipe.json', 'it is not a regular file'],
        ['tasks/T-1/artifacts/R0/S0/A-1/folder', 'it is a symbolic link'],
      ]),
    );
    assert.match(
      readFileSync(join(folder, 'p.zip'), 'latin1'),
      /Reeve-Left-Out: "rejected\/link.json": it is a symbolic link\n/,
    );
    assert.ok((await verifyArchive({ file: join(folder, 'p.zip') })).ok);
  },
);

test('refuses a log that a link stands in for', { skip: process.platform === 'win32' }, async () => {
  const folder = freshFolder();
  const project = await makeProject(folder, { 'T-1': 2 });
  writeFileSync(join(folder, 'elsewhere'), readFileSync(taskLog(project, 'T-1')));
  rmSync(taskLog(project, 'T-1'));
  symlinkSync(join(folder, 'elsewhere'), taskLog(project, 'T-1'));
  await assert.rejects(exportTo(project, join(folder, 'p.zip')), { code: 'IO_FAILED' });
});

test('refuses to archive a task log that its head says was longer, or other', async () => {
  const folder = freshFolder();
  const project = await makeProject(folder, { 'T-1': 5 });
  const log = taskLog(project, 'T-1');
  const whole = readFileSync(log);
  truncateSync(log, whole.lastIndexOf('\n', -2) + 1);
  await assert.rejects(exportTo(project, join(folder, 'p.zip')), {
    code: 'LEDGER_DAMAGED',
    message: /covers/,
  });
  const other = await makeProject(join(folder, 'other'), { 'T-1': 5 });
  writeFileSync(log, readFileSync(taskLog(other, 'T-1')));
  await assert.rejects(exportTo(project, join(folder, 'p.zip')), {
    code: 'LEDGER_DAMAGED',
    message: /first line/,
  });
  writeFileSync(log, whole);
  edit(log, (bytes) => {
    const at = bytes.lastIndexOf('"event_hash":"') + 14;
    bytes.write(bytes.toString('latin1', at, at + 1) === '0' ? '1' : '0', at);
    return bytes;
  });
  await assert.rejects(exportTo(project, join(folder, 'p.zip')), {
    code: 'LEDGER_DAMAGED',
    message: /line 5 is not what was written/,
  });
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes('export') || name.endsWith('.zip')),
    [],
  );
});

test('an existing file stays unless it may be overwritten', async () => {
  const folder = freshFolder();
  const project = await makeProject(folder, { 'T-1': 2 });
  const file = join(folder, 'p.zip');
  writeFileSync(file, 'precious');
  const onProgress = () => assert.fail('it was refused too late');
  const options = {
    projectFolder: project,
    projectId: 'p',
    file,
    overwrite: false,
    reeveVersion: '1',
    onProgress,
  };
  await assert.rejects(exportArchive(options), { code: 'CONFLICT' });
  assert.equal(readFileSync(file, 'utf8'), 'precious');
  await exportTo(project, file, { overwrite: true });
  assert.ok((await verifyArchive({ file })).ok);
});

test('a failed or aborted export leaves nothing behind', async () => {
  const folder = freshFolder();
  const project = await makeProject(folder, { 'T-1': 2 });
  const target = join(folder, 'out');
  mkdirSync(target);
  const abort = new AbortController();
  const exporting = exportArchive({
    projectFolder: project,
    projectId: 'p',
    file: join(target, 'p.zip'),
    overwrite: false,
    reeveVersion: '1',
    signal: abort.signal,
    onProgress: () => abort.abort(),
  });
  await assert.rejects(exporting, { name: 'AbortError' });
  assert.deepEqual(readdirSync(target), []);
  await assert.rejects(exportTo(project, join(folder, 'nowhere', 'p.zip')), { code: 'NOT_FOUND' });
});

test('progress reaches the announced totals', async () => {
  const folder = freshFolder();
  const project = await makeProject(folder, { 'T-1': 2, 'T-2': 3 });
  const seen: {
    readonly files: number;
    readonly totalFiles: number;
    readonly bytes: number;
    readonly totalBytes: number;
  }[] = [];
  await exportArchive({
    projectFolder: project,
    projectId: 'p',
    file: join(folder, 'p.zip'),
    overwrite: false,
    reeveVersion: '1',
    onProgress: (progress) => seen.push(progress),
  });
  assert.equal(seen.length, 5);
  const last = seen.at(-1);
  assert.ok(last !== undefined && last.files === last.totalFiles && last.bytes === last.totalBytes);
});

test('a project without a line is no project', async () => {
  const folder = freshFolder();
  writeDeep(join(folder, 'p/events.jsonl'), '');
  await assert.rejects(exportTo(join(folder, 'p'), join(folder, 'p.zip')), { code: 'LEDGER_DAMAGED' });
  await assert.rejects(exportTo(join(folder, 'none'), join(folder, 'p.zip')), { code: 'NOT_FOUND' });
  assert.equal(existsSync(join(folder, 'p.zip')), false);
});

test('the answer names the last line of every task', async () => {
  const folder = freshFolder();
  await withLedger(folder, async (project) => {
    await project.appendTask('T-1', PERSON, 'rejected', [opened(), closed()]).durable;
  });
  const { heads } = await exportTo(join(folder, 'p'), join(folder, 'p.zip'));
  assert.deepEqual(
    heads.map(({ task_id, seq }) => [task_id, seq]),
    [['T-1', 2]],
  );
});

/** Original names of the payload, sorted. */
function namesIn(file: string): readonly string[] {
  const text = readFileSync(file, 'latin1');
  const manifest = text.slice(text.indexOf('manifest-sha256.txt') + 'manifest-sha256.txt'.length);
  return [...manifest.matchAll(/[0-9a-f]{64} {2}data\/([^\n]+)\n/g)]
    .map(([, path = '']) => originalPath(Buffer.from(path, 'latin1').toString('utf8')) ?? '?')
    .sort();
}
