import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { importArchive } from '../../../daemon/archive/import-archive.ts';
import { verifyArchive } from '../../../daemon/archive/verify-archive.ts';
import { verifyProject } from '../../../daemon/ledger/verify-project.ts';
import { exportTo, importFrom, makeEvidence, readTree, writeDeep } from '../../helpers/archive-fixture.ts';
import {
  collect,
  edit,
  makeProject,
  note,
  openTestLedger,
  PERSON,
  scratchFolder,
  stopped,
  taskLog,
  withLedger,
} from '../../helpers/ledger-fixture.ts';

const root = scratchFolder();

function freshFolder(): string {
  return mkdtempSync(join(root, 'i-'));
}

/** A project, its archive and the folder to import into. */
async function exported(): Promise<{
  readonly project: string;
  readonly file: string;
  readonly into: string;
}> {
  const folder = freshFolder();
  const project = await makeProject(folder, { 'T-1': 4, 'T-2': 2 });
  const file = join(folder, 'p.zip');
  await exportTo(project, file);
  return { project, file, into: join(folder, 'into') };
}

describe('import', () => {
  test('under another id keeps every byte and every head, odd names included', async () => {
    const folder = freshFolder();
    const project = await makeEvidence(folder);
    const written = await exportTo(project, join(folder, 'p.zip'));
    const answer = await importFrom(join(folder, 'p.zip'), join(folder, 'into'), 'copy');
    assert.deepEqual(answer, {
      project_id: 'copy',
      from_project_id: 'p',
      archive_id: written.archive_id,
      outcome: 'imported',
      heads: written.heads,
    });
    const copy = readTree(join(folder, 'into', 'copy'));
    const original = [...readTree(project)].filter(([path]) => !/^inbox|task_log|\.tmp$|A-2/.test(path));
    assert.deepEqual(copy, new Map(original));
    const { verdict, faults } = await verifyProject(join(folder, 'into', 'copy'));
    assert.deepEqual({ verdict, faults }, { verdict: 'UNANCHORED', faults: [] });
  });

  test('gives a project that can be appended to, verified and exported again', async () => {
    const { file, into } = await exported();
    await importFrom(file, into, 'copy');
    const ledger = await openTestLedger(into);
    const copy = await ledger.project('copy');
    await copy.appendTask('T-1', PERSON, 'queued', [note('after the import')]).durable;
    await copy.appendProject(PERSON, [stopped()]).durable;
    await copy.flush();
    const events = await collect(copy.readTask('T-1'));
    assert.deepEqual(
      events.map(({ project_id }) => project_id),
      ['p', 'p', 'p', 'p', 'copy'],
    );
    await ledger.close();
    assert.equal((await verifyProject(join(into, 'copy'))).verdict, 'UNANCHORED');
    await exportTo(join(into, 'copy'), join(into, 'copy.zip'), { projectId: 'copy' });
    const third = await importFrom(join(into, 'copy.zip'), join(into, 'third'));
    assert.deepEqual([third.project_id, third.from_project_id], ['copy', 'copy']);
  });

  test('takes an archive by a link to it', { skip: process.platform === 'win32' }, async () => {
    const { file, into } = await exported();
    symlinkSync(file, `${file}.link`);
    assert.equal((await importFrom(`${file}.link`, into)).outcome, 'imported');
  });

  test('removes what a crashed import left, and nothing else', async () => {
    const { file, into } = await exported();
    writeDeep(join(into, '.reeve-import-0123', 'events.jsonl'), 'left behind');
    writeDeep(join(into, '.other', 'file'), 'of somebody');
    writeDeep(join(into, 'other-project', 'events.jsonl'), '');
    await importFrom(file, into);
    assert.deepEqual(readdirSync(into).sort(), ['.other', 'other-project', 'p']);
  });

  test('leaves nothing when verification throws', async () => {
    const { file, into } = await exported();
    const verify = () => Promise.reject(new Error('no'));
    await assert.rejects(importArchive({ file, workflowFolder: into, as: null, verify }), /no/);
    assert.deepEqual(readdirSync(into), []);
  });

  test('shows verification a whole project that is not yet one of the ledger', async () => {
    const { file, into } = await exported();
    const seen: string[] = [];
    const verify = (folder: string) => {
      seen.push(...readTree(folder).keys());
      assert.deepEqual(
        readdirSync(into).filter((name) => !name.startsWith('.')),
        [],
      );
      return Promise.resolve({ verdict: 'UNANCHORED' as const, faults: [] });
    };
    await importArchive({ file, workflowFolder: into, as: null, verify });
    assert.ok(seen.includes('events.jsonl') && seen.includes('tasks/T-2/events.jsonl'));
  });

  test('refuses an id that cannot name a project', async () => {
    const { file, into } = await exported();
    for (const as of ['../x', 'CON', '.hidden', '', 'a/b']) {
      await assert.rejects(importFrom(file, into, as), { code: 'USAGE' });
    }
    assert.equal(existsSync(into), false);
  });

  test('verification of an archive leaves no trace', async () => {
    const { file, into } = await exported();
    mkdirSync(into);
    const report = await verifyArchive({
      file,
      scratchFolder: into,
      verify: (folder) => verifyProject(folder),
    });
    assert.ok(report.ok);
    assert.equal(report.ledger?.verdict, 'UNANCHORED');
    assert.deepEqual(readdirSync(into), []);
  });
});

describe('fault 40: an existing project', () => {
  test('is left alone when it is identical, also after it recorded exports and imports', async () => {
    const { project, file } = await exported();
    const workflow = join(project, '..');
    assert.equal((await importFrom(file, workflow)).outcome, 'identical');
    await withLedger(workflow, async (open) => {
      await open.appendProject(PERSON, [stopped()]).durable;
    });
    const before = readTree(project);
    const { outcome, heads } = await importFrom(file, workflow);
    assert.equal(outcome, 'identical');
    assert.equal(heads.length, 2);
    assert.deepEqual(readTree(project), before);
  });

  const conflict = async (workflow: string, file: string) => {
    const before = readTree(join(workflow, 'p'));
    let relation = '';
    await assert.rejects(
      importFrom(file, workflow),
      (error: Error & { code?: string; details?: { relation?: string } }) => {
        assert.equal(error.code, 'ARCHIVE_CONFLICT');
        relation = error.details?.relation ?? '';
        return true;
      },
    );
    assert.deepEqual(readTree(join(workflow, 'p')), before);
    assert.deepEqual(
      readdirSync(workflow).filter((name) => name.startsWith('.reeve-import')),
      [],
    );
    return relation;
  };

  test('that has gone on is a conflict', async () => {
    const { project, file } = await exported();
    await withLedger(join(project, '..'), async (open) => {
      await open.appendTask('T-1', PERSON, 'queued', [note('later')]).durable;
    });
    assert.equal(await conflict(join(project, '..'), file), 'ahead');
  });

  test('that has a further task is a conflict', async () => {
    const { project, file } = await exported();
    await makeProject(join(project, '..'), { 'T-3': 2 });
    assert.equal(await conflict(join(project, '..'), file), 'ahead');
  });

  test('that is older than the archive is a conflict', async () => {
    const { project, file, into } = await exported();
    await importFrom(file, into);
    await withLedger(join(project, '..'), async (open) => {
      await open.appendTask('T-1', PERSON, 'queued', [note('later')]).durable;
    });
    await exportTo(project, `${file}.newer`);
    assert.equal(await conflict(into, `${file}.newer`), 'behind');
  });

  test('that went another way is a conflict', async () => {
    const { project, file, into } = await exported();
    await importFrom(file, into);
    for (const [workflow, what] of [
      [into, 'here'],
      [join(project, '..'), 'there'],
    ] as const) {
      await withLedger(workflow, async (open) => {
        await open.appendTask('T-1', PERSON, 'queued', [note(what)]).durable;
      });
    }
    await exportTo(project, `${file}.other`);
    assert.equal(await conflict(into, `${file}.other`), 'diverged');
  });

  test('that lacks an archived file, or holds another, is a conflict', async () => {
    const folder = freshFolder();
    const project = await makeEvidence(folder);
    await exportTo(project, join(folder, 'p.zip'));
    const artifact = join(project, 'tasks/T-1/artifacts/R0/S0/A-1/README');
    appendFileSync(artifact, 'x');
    assert.equal(await conflict(folder, join(folder, 'p.zip')), 'diverged');
    rmSync(artifact);
    assert.equal(await conflict(folder, join(folder, 'p.zip')), 'behind');
  });

  test('of the same name but of another origin is a conflict', async () => {
    const { file } = await exported();
    const other = freshFolder();
    await makeProject(other, { 'T-1': 4, 'T-2': 2 });
    assert.equal(await conflict(other, file), 'diverged');
  });

  test('whose bytes were tampered with is a conflict', async () => {
    const { project, file } = await exported();
    edit(taskLog(project, 'T-1'), (bytes) => Buffer.from(bytes.toString().replace('T-1 0', 'T-1 7')));
    assert.equal(await conflict(join(project, '..'), file), 'diverged');
  });

  test('is not seen in an empty folder with an empty inbox', async () => {
    const { file, into } = await exported();
    mkdirSync(join(into, 'p', 'inbox'), { recursive: true });
    assert.equal((await importFrom(file, into)).outcome, 'imported');
  });

  test('is not seen in a folder with anything else, which stays', async () => {
    const { file, into } = await exported();
    writeDeep(join(into, 'p', 'inbox', 'waiting.json'), '{}');
    await assert.rejects(importFrom(file, into), { code: 'ARCHIVE_CONFLICT' });
    assert.deepEqual([...readTree(into).keys()], ['p/inbox/waiting.json']);
    writeFileSync(join(into, 'q'), 'a file');
    await assert.rejects(importFrom(file, into, 'q'), { code: 'ARCHIVE_CONFLICT' });
    assert.equal(readFileSync(join(into, 'q'), 'utf8'), 'a file');
  });
});
