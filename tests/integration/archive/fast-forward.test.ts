import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { importArchive } from '../../../daemon/archive/import-archive.ts';
import { beginFastForward, finishFastForward } from '../../../daemon/ledger/fast-forward.ts';
import { openLedger } from '../../../daemon/ledger/open-ledger.ts';
import { verifyProject } from '../../../daemon/ledger/verify-project.ts';
import type { ImportAnswer } from '../../../daemon/ports/services.ts';
import { openKernel } from '../../../daemon/runtime/kernel.ts';
import { fastForwardProject } from '../../../daemon/runtime/fast-forward-project.ts';
import { signCheckpoint } from '../../../daemon/signing/sign-checkpoint.ts';
import { createProject } from '../../helpers/daemon-fixture.ts';
import { exportTo, makeEvidence, readTree, writeDeep } from '../../helpers/archive-fixture.ts';
import { addKey, archiveSigner, makeKey } from '../../helpers/archive-key.ts';
import {
  collect,
  note,
  opened,
  PERSON,
  scratchFolder,
  taskLog,
  withLedger,
  makeProject,
} from '../../helpers/ledger-fixture.ts';

const root = scratchFolder();

/** An archive, and in `here` an older copy of its project. */
async function makeOlder(make: (root: string) => Promise<string> = makeEvidence) {
  const folder = mkdtempSync(join(root, 'f-'));
  const project = await make(folder);
  const here = join(folder, 'here');
  const key = makeKey();
  await withLedger(folder, async (ledger) => {
    await addKey(ledger, key);
    writeFileSync(join(project, 'checkpoint'), signCheckpoint(key, ledger.checkpoint()));
  });
  cpSync(project, join(here, 'p'), { recursive: true });
  await withLedger(folder, async (ledger) => {
    await ledger.appendTask('T-1', PERSON, 'running', [note('later')]).durable;
    await ledger.appendTask('T-9', PERSON, 'queued', [opened('New')]).durable;
  });
  writeDeep(join(project, 'tasks/T-9/packs/abc.json'), '{}');
  const file = join(folder, 'p.zip');
  await exportTo(project, file, { signer: archiveSigner(key) });
  return { project, here, file };
}

const forward = (workflowFolder: string, file: string): Promise<ImportAnswer> => {
  const options = { workflowFolder, clock: { now: () => Date.now() }, version: '0.0.0-test' };
  return fastForwardProject(options, { file, as: null, fastForward: true });
};

/** Every archived file is here as it is there; the project log goes on by the record of the import alone. */
function assertForwarded(here: string, project: string): void {
  const [own, other] = [readTree(join(here, 'p')), readTree(project)];
  for (const [path, content] of other) {
    if (/^inbox|task_log|\.tmp$|^events\.jsonl$|^checkpoint$/.test(path)) continue;
    assert.equal(own.get(path), content, path);
  }
  assert.ok(own.get('events.jsonl')?.startsWith(other.get('events.jsonl') ?? '-'));
}

test('an older copy becomes the newer one, and what is only here stays', async () => {
  const { project, here, file } = await makeOlder();
  writeDeep(join(here, 'p/inbox/waiting.json'), '{"mine":1}');
  writeDeep(join(here, 'p/tasks/T-1/artifacts/R0/S1/A-2/stdout.log'), 'still growing here');
  const answer = await forward(here, file);
  assert.equal(answer.outcome, 'fast_forwarded');
  const own = readTree(join(here, 'p'));
  assert.equal(own.get('inbox/waiting.json'), '{"mine":1}');
  assert.equal(own.get('tasks/T-1/artifacts/R0/S1/A-2/stdout.log'), 'still growing here');
  assert.deepEqual((await verifyProject(join(here, 'p'))).faults, []);
  const [last] = (await withLedger(here, async (ledger) => collect(ledger.readProject()))).slice(-1);
  assert.equal(last?.type, 'archive.imported');
  assert.ok(last?.type === 'archive.imported' && last.data.fast_forwarded === true);
  writeFileSync(join(here, 'p/tasks/T-1/artifacts/R0/S1/A-2/stdout.log'), 'still growing');
  assertForwarded(here, project);
  assert.equal(existsSync(join(here, 'p/.fast-forward')), false);
});

test('its open tasks wait for a person, as those of any import', async () => {
  const { here, file } = await makeOlder();
  await forward(here, file);
  assert.ok(existsSync(join(here, 'p/.imported')));
});

test('a project that is not here is imported, and one that is identical stays', async () => {
  const { project, here, file } = await makeOlder();
  assert.equal((await forward(join(here, 'elsewhere'), file)).outcome, 'imported');
  const before = readTree(project);
  assert.equal((await forward(join(project, '..'), file)).outcome, 'identical');
  assert.deepEqual(readTree(project), before);
});

test('a copy that went its own way, or further, is a conflict and stays', async () => {
  const { here, file } = await makeOlder();
  await withLedger(here, async (ledger) => {
    await ledger.appendTask('T-1', PERSON, 'running', [note('mine')]).durable;
  });
  const before = readTree(join(here, 'p'));
  await assert.rejects(forward(here, file), { code: 'ARCHIVE_CONFLICT' });
  assert.deepEqual(readTree(join(here, 'p')), before);
});

test('is not done unless it is asked for, nor over a project that is open', async () => {
  const { here, file } = await makeOlder();
  const before = readTree(here);
  const verify = (folder: string) => verifyProject(folder);
  const request = { file, workflowFolder: here, as: null, verify };
  await assert.rejects(importArchive(request), { code: 'ARCHIVE_CONFLICT', message: /older/ });
  await withLedger(here, async () => {
    await assert.rejects(forward(here, file), { code: 'LEDGER_LOCKED' });
  });
  const refuse = () => {
    throw new Error('it is open');
  };
  await assert.rejects(importArchive({ ...request, fastForward: refuse }), /it is open/);
  assert.deepEqual(withoutLock(readTree(here)), withoutLock(before));
});

test('a kernel that has the project open refuses, and says how', async (t) => {
  const { here, file } = await makeOlder();
  const { config, workflow, hostEnv } = await createProject(t);
  cpSync(join(here, 'p'), join(workflow, 'p'), { recursive: true });
  const clock = { now: () => Date.now() };
  const kernel = await openKernel({
    config,
    clock,
    hostEnv,
    log: pino({ level: 'silent' }),
    version: '0.0.0-test',
  });
  t.after(() => kernel.close());
  const before = readTree(join(workflow, 'p'));
  await assert.rejects(kernel.commands.importArchive({ file, as: null, fastForward: true }), {
    code: 'CONFLICT',
    hint: /reeve stop/,
  });
  assert.deepEqual(readTree(join(workflow, 'p')), before);
});

test('an archive whose ledger does not verify changes nothing', async () => {
  const { here, file } = await makeOlder();
  const before = readTree(join(here, 'p'));
  const verify = () => Promise.resolve({ verdict: 'TAMPERED' as const, faults: ['something'] });
  const request = { file, workflowFolder: here, as: null, verify, fastForward: beginFastForward };
  await assert.rejects(importArchive(request), { code: 'ARCHIVE_INVALID' });
  assert.deepEqual(readTree(join(here, 'p')), before);
});

test('killed at any point it leaves the older copy or the newer one, whole', async () => {
  const { project, here, file } = await makeOlder((folder) => makeProject(folder, { 'T-1': 3, 'T-2': 2 }));
  const program = new URL('../../fixtures/archive/fast-forward.ts', import.meta.url).pathname;
  const older = readTree(join(here, 'p'));
  const outcomes = new Set<string>();
  for (let killAt = 1; ; killAt += 1) {
    const copy = join(here, `k-${killAt}`);
    cpSync(join(here, 'p'), join(copy, 'p'), { recursive: true });
    const args = ['--import', 'tsx', program, copy, file, String(killAt)];
    const { signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (signal !== 'SIGKILL') {
      assert.equal(stdout.trim(), 'fast_forwarded', stderr);
      break;
    }
    await withLedger(copy, () => undefined);
    assert.deepEqual((await verifyProject(join(copy, 'p'))).faults, [], `killed at ${killAt}`);
    const found = readTree(join(copy, 'p'));
    const isOlder = found.get('events.jsonl') === older.get('events.jsonl');
    outcomes.add(isOlder ? 'older' : 'newer');
    if (isOlder) assert.deepEqual(withoutLock(found), withoutLock(older));
    else assertForwarded(copy, project);
    assert.ok(!readdirSync(join(copy, 'p')).includes('.fast-forward'));
  }
  assert.deepEqual([...outcomes], ['older', 'newer']);
});

test('segments that were sealed meanwhile come along, and one that was not recorded here goes', async () => {
  const folder = mkdtempSync(join(root, 'f-'));
  const project = await makeProject(folder, { 'T-1': 3, 'T-2': 3 });
  const here = join(folder, 'here');
  cpSync(project, join(here, 'p'), { recursive: true });
  // As a crash between sealing and its record leaves it.
  const task = join(here, 'p/tasks/T-2');
  renameSync(join(task, 'events.jsonl'), join(task, 'events.000001.jsonl'));
  const options = {
    root: folder,
    clock: { now: () => Date.now() },
    reeveVersion: '0.0.0-test',
    segmentBytes: 1500,
  };
  const ledger = await openLedger(options);
  const open = await ledger.project('p');
  for (const task_id of ['T-1', 'T-1', 'T-1', 'T-1', 'T-1', 'T-1', 'T-2'])
    await open.appendTask(task_id, PERSON, 'queued', [note('later')]).durable;
  await ledger.close();
  const sealed = readdirSync(join(project, 'tasks/T-1')).filter((name) => /^events\.\d/.test(name));
  assert.notEqual(sealed.length, 0);
  const file = join(folder, 'p.zip');
  await exportTo(project, file);
  assert.equal((await forward(here, file)).outcome, 'fast_forwarded');
  const segmentsOf = (place: string) =>
    [...readTree(place).keys()].filter((path) => /events\.\d/.test(path)).sort();
  assert.deepEqual(segmentsOf(join(here, 'p')), segmentsOf(project));
  assert.deepEqual((await verifyProject(join(here, 'p'))).faults, []);
  assertForwarded(here, project);
});

test('what was moved before a crash is not asked for again', async () => {
  const { project, here } = await makeOlder();
  const newer = beginFastForward(join(here, 'p'));
  cpSync(project, newer.folder, { recursive: true });
  writeFileSync(join(newer.folder, '..', 'ready'), '[]');
  renameSync(join(newer.folder, 'tasks/T-9/packs'), join(here, 'moved'));
  finishFastForward(join(here, 'p'));
  assert.equal(
    readFileSync(taskLog(join(here, 'p'), 'T-9'), 'utf8'),
    readFileSync(taskLog(project, 'T-9'), 'utf8'),
  );
  const before = readTree(join(here, 'p'));
  finishFastForward(join(here, 'p'));
  assert.deepEqual(readTree(join(here, 'p')), before);
});

function withoutLock(tree: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...tree].filter(([path]) => !path.endsWith('.lock')));
}
