import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ExportChoice } from '../../../daemon/archive/export/survey-project.ts';
import { listArchive } from '../../../daemon/archive/list-archive.ts';
import { verifyArchive } from '../../../daemon/archive/verify-archive.ts';
import { openLedger } from '../../../daemon/ledger/open-ledger.ts';
import { verifyProject } from '../../../daemon/ledger/verify-project.ts';
import type { ExportAnswer } from '../../../daemon/ports/services.ts';
import type { Disclosure } from '../../../protocol/disclosure.ts';
import { sha256Hex } from '../../../protocol/digest.ts';
import { sliceEventLine } from '../../../protocol/event-slices.ts';
import { formatRedactedLine } from '../../../protocol/redacted-line.ts';
import { exportTo, importFrom, makeEvidence, writeDeep } from '../../helpers/archive-fixture.ts';
import { addKey, archiveSigner, makeKey } from '../../helpers/archive-key.ts';
import { partsOf, rebag, refusalOf, told } from '../../helpers/hostile-archive.ts';
import {
  linesOf,
  makeProject,
  note,
  opened,
  PERSON,
  scratchFolder,
  taskLog,
  withLedger,
} from '../../helpers/ledger-fixture.ts';
import { zipBytes } from '../../helpers/zip-bytes.ts';

const root = scratchFolder();
const SECRET = 'the password is hunter2';
const EVERYTHING: ExportChoice = { tasks: null, since: null, redact: [] };

const has = (program: string) => spawnSync(program, ['--help'], { stdio: 'ignore' }).error === undefined;
const toolsMissing = has('unzip') && has('sha256sum') ? false : 'unzip or sha256sum is not installed';

/** A project with a secret in a line of a task log. */
async function makeSecret() {
  const folder = mkdtempSync(join(root, 'r-'));
  const project = await makeEvidence(folder);
  const key = makeKey();
  await withLedger(folder, async (ledger) => {
    await addKey(ledger, key);
    await ledger.appendTask('T-1', PERSON, 'running', [note(SECRET), note('harmless')]).durable;
  });
  const lines = linesOf(taskLog(project, 'T-1'));
  const seq = lines.findIndex((line) => line.includes(SECRET)) + 1;
  return { folder, project, key, seq, file: join(folder, 'part.zip') };
}

type Made = Awaited<ReturnType<typeof makeSecret>>;

const exportPart = ({ project, file, key }: Made, choice: Partial<ExportChoice>): Promise<ExportAnswer> =>
  exportTo(project, file, { signer: archiveSigner(key), choice: { ...EVERYTHING, ...choice } });

/** Verifies an archive with all that is in it; answers its disclosure. */
async function assertSound(file: string): Promise<Disclosure> {
  const verify = (folder: string, disclosure: Disclosure | null) =>
    verifyProject(folder, disclosure === null ? {} : { disclosure });
  const report = await verifyArchive({ file, verify });
  assert.deepEqual(report.problems, []);
  assert.deepEqual(report.ledger?.faults, []);
  assert.ok(report.ok && report.disclosure !== null);
  return report.disclosure;
}

describe('redaction', () => {
  test('withholds lines and files, and chain, heads and digests still verify', async () => {
    const made = await makeSecret();
    const artifact = 'tasks/T-1/artifacts/R0/S0/A-1/README';
    const bytes = readFileSync(join(made.project, artifact));
    const redact = [`tasks/T-1/events.jsonl:${made.seq}`, 'tasks/t-1/events.jsonl:1', artifact];
    const answer = await exportPart(made, { redact });
    assert.deepEqual([answer.redacted, answer.tasks_left_out], [3, 0]);
    assert.deepEqual(await assertSound(made.file), {
      v: 1,
      complete: false,
      since: null,
      tasks: { included: ['T-1', 't-1'], left_out: 0 },
      redacted: [
        { path: artifact, sha256: sha256Hex(bytes), bytes: bytes.length },
        { path: 'tasks/t-1/events.jsonl', seq: 1 },
        { path: 'tasks/T-1/events.jsonl', seq: made.seq },
      ],
    });
  });

  test('leaves nothing of what was withheld anywhere in the archive', async () => {
    const made = await makeSecret();
    assert.ok(readFileSync(taskLog(made.project, 'T-1'), 'latin1').includes(SECRET));
    writeDeep(join(made.project, 'tasks/T-1/artifacts/R0/S0/A-1/secret.log'), SECRET);
    const redact = [`tasks/*/events.jsonl:${made.seq}`, '**/*.log'];
    await exportPart(made, { redact });
    assert.equal(readFileSync(made.file, 'latin1').includes(SECRET), false);
    await exportTo(made.project, `${made.file}.whole`);
    assert.equal(readFileSync(`${made.file}.whole`, 'latin1').split(SECRET).length > 2, true);
  });

  test(
    'gives the same bytes for the same choice, and an archive that unzip and sha256sum check',
    { skip: toolsMissing },
    async () => {
      const made = await makeSecret();
      const redact = [`tasks/T-1/events.jsonl:1-${made.seq}`];
      await exportPart(made, { redact });
      await exportPart({ ...made, file: `${made.file}.again` }, { redact });
      assert.ok(readFileSync(made.file).equals(readFileSync(`${made.file}.again`)));
      execFileSync('unzip', ['-q', made.file, '-d', join(made.folder, 'u')]);
      const cwd = join(made.folder, 'u', 'p');
      execFileSync('sha256sum', ['--strict', '--quiet', '-c', 'manifest-sha256.txt'], { cwd });
      execFileSync('sha256sum', ['--strict', '--quiet', '-c', 'tagmanifest-sha256.txt'], { cwd });
    },
  );

  test('refuses what verification reads, and what is not there, all at once', async () => {
    const made = await makeSecret();
    const redact = [
      'events.jsonl:1',
      '*.jsonl:2-3',
      'tasks/T-1/**',
      'tasks/T-1/nothing',
      'tasks/T-1/events.jsonl:999',
    ];
    await assert.rejects(
      exportPart(made, { redact }),
      (error: Error & { code?: string; details?: object }) => {
        assert.equal(error.code, 'USAGE');
        const { refused = [] } = (error.details ?? {}) as { readonly refused?: readonly string[] };
        const text = refused.join('\n');
        assert.equal(text.match(/lines of events\.jsonl: the project log is always whole/g)?.length, 1);
        assert.match(text, /tasks\/T-1\/events\.jsonl: it is needed whole/);
        assert.match(text, /tasks\/T-1\/nothing: there is nothing/);
        assert.match(text, /events\.jsonl:999: there is nothing/);
        return true;
      },
    );
    await assert.rejects(exportPart(made, { redact: ['../x', 'a/**b', 'events.jsonl:9-3'] }), {
      code: 'USAGE',
      message: /climbs out.*mixes.*ends before it begins/,
    });
    assert.equal(existsSync(made.file), false);
  });

  test('of a line in a sealed segment verifies, by all three verifiers', { skip: toolsMissing }, async () => {
    const folder = mkdtempSync(join(root, 's-'));
    const options = {
      root: folder,
      clock: { now: () => Date.now() },
      reeveVersion: '0.0.0-test',
      segmentBytes: 1500,
    };
    const ledger = await openLedger(options);
    const open = await ledger.project('p', { create: true });
    await open.appendTask('T-1', PERSON, 'queued', [opened()]).durable;
    for (let n = 0; n < 12; n += 1)
      await open.appendTask('T-1', PERSON, 'queued', [note(`note ${n}`)]).durable;
    await ledger.close();
    const file = join(folder, 'p.zip');
    const choice = { ...EVERYTHING, redact: ['tasks/T-1/events.jsonl:2', 'tasks/T-1/events.jsonl:12-13'] };
    await exportTo(open.folder, file, { choice });
    assert.equal((await assertSound(file)).redacted.length, 3);
    const names = (await partsOf(file)).map(({ name }) => name);
    assert.ok(names.includes('p/data/tasks/T-1/events.000001.jsonl'));
    execFileSync('unzip', ['-q', file, '-d', join(folder, 'u')]);
    const verified = spawnSync(process.execPath, ['verify.mjs'], {
      cwd: join(folder, 'u/p'),
      encoding: 'utf8',
    });
    assert.equal(verified.status, 0, verified.stdout + verified.stderr);
    const python = fileURLToPath(new URL('../../../scripts/verify_archive.py', import.meta.url));
    if (!existsSync(python) || !has('python3')) return;
    const again = spawnSync('python3', [python, join(folder, 'u/p')], { encoding: 'utf8' });
    assert.equal(again.status, 0, again.stdout + again.stderr);
  });

  test('is never imported, and says so', async () => {
    const made = await makeSecret();
    await exportPart(made, { redact: [`tasks/T-1/events.jsonl:${made.seq}`] });
    await assert.rejects(importFrom(made.file, join(made.folder, 'into')), {
      code: 'ARCHIVE_INVALID',
      message: /only a part of a project: 0 tasks left out, 1 lines and files withheld/,
    });
    assert.equal(existsSync(join(made.folder, 'into')), false);
  });

  test('that nobody told of is found', async () => {
    const made = await makeSecret();
    await exportPart(made, { redact: [`tasks/T-1/events.jsonl:${made.seq}`] });
    const parts = await partsOf(made.file);
    const without = parts.filter(({ name }) => !/disclosure|attestation/.test(name));
    writeFileSync(made.file, zipBytes(rebag(without)));
    const { verdict, ledger } = await verifyArchive({
      file: made.file,
      verify: (folder) => verifyProject(folder),
    });
    assert.deepEqual([verdict, ledger?.at], ['TAMPERED', { log: 'tasks/T-1/events.jsonl', seq: made.seq }]);
  });

  test('of a line of the project log is refused, even when it is told of and claims another type', async () => {
    const made = await makeSecret();
    await exportPart(made, { redact: [`tasks/T-1/events.jsonl:${made.seq}`] });
    const hide = (line: string) => {
      const { hashAt: _, ...slices } = sliceEventLine(line) ?? assert.fail(line);
      return formatRedactedLine({ ...slices, type: 'daemon.started', redacted_bytes: line.length });
    };
    const parts = (await partsOf(made.file)).filter(({ name }) => !name.includes('attestation'));
    const data = parts.find(({ name }) => name === 'p/data/events.jsonl')?.data.toString() ?? '';
    const created = data.split('\n').findIndex((line) => line.includes('"type":"task.created"'));
    assert.ok(created > 0);
    const changed = data.split('\n').with(created, hide(data.split('\n')[created] ?? ''));
    const said = (text: string) =>
      text.replace('"redacted":[', `"redacted":[{"path":"events.jsonl","seq":${created + 1}},`);
    const hostile = parts.map((part) => {
      if (part.name !== 'p/disclosure.json') return part;
      return { ...part, data: Buffer.from(said(part.data.toString())) };
    });
    const bytes = zipBytes(
      rebag(hostile, (payload) => {
        payload['data/events.jsonl'] = changed.join('\n');
      }),
    );
    const problems = await refusalOf(made.folder, bytes);
    assert.match(told(problems, 'p/disclosure.json'), /does not say what was left out as Reeve does/);
    assert.match(told(problems, 'p/data/events.jsonl'), /is no event/);
    assert.equal((await verifyArchive({ file: join(made.folder, 'hostile.zip') })).verdict, 'TAMPERED');
  });
});

describe('a part of a project', () => {
  async function makeThree() {
    const folder = mkdtempSync(join(root, 't-'));
    const project = await makeProject(folder, { 'T-1': 3, 'T-2': 4, 'T-3': 2 });
    writeDeep(join(project, 'rejected/x.json'), '{}');
    return { folder, project, file: join(folder, 'part.zip') };
  }

  test('holds the tasks that were asked for, and the whole project log', async () => {
    const { project, file } = await makeThree();
    const choice = { ...EVERYTHING, tasks: ['T-3', 'T-1'] };
    const answer = await exportTo(project, file, { choice });
    assert.deepEqual(
      answer.heads.map(({ task_id }) => task_id),
      ['T-1', 'T-3'],
    );
    const disclosure = await assertSound(file);
    assert.deepEqual(disclosure.tasks, { included: ['T-1', 'T-3'], left_out: 1 });
    const names = (await partsOf(file)).map(({ name }) => name);
    assert.ok(names.includes('p/data/tasks/T-3/events.jsonl') && names.includes('p/data/events.jsonl'));
    assert.deepEqual(
      names.filter((name) => /T-2|rejected/.test(name)),
      [],
    );
    assert.deepEqual(
      answer.left_out.map(({ path }) => path),
      ['rejected'],
    );
  });

  test('since a time holds the tasks whose newest head is not older', async () => {
    const { folder, project, file } = await makeThree();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const since = new Date().toISOString();
    await withLedger(folder, async (ledger) => {
      await ledger.appendTask('T-2', PERSON, 'running', [note('later')]).durable;
    });
    await exportTo(project, file, { choice: { ...EVERYTHING, since } });
    const disclosure = await assertSound(file);
    assert.deepEqual(disclosure, {
      v: 1,
      complete: false,
      since,
      tasks: { included: ['T-2'], left_out: 2 },
      redacted: [],
    });
    const all = { ...EVERYTHING, since: '2020-01-01T00:00:00.000Z' };
    await exportTo(project, `${file}.all`, { choice: all });
    assert.equal((await verifyArchive({ file: `${file}.all` })).disclosure, null);
    const none = { ...EVERYTHING, since: '2100-01-01T00:00:00.000Z' };
    await assert.rejects(exportTo(project, `${file}.none`, { choice: none }), { code: 'NOT_FOUND' });
  });

  test('names every task that is not there', async () => {
    const { project, file } = await makeThree();
    const choice = { ...EVERYTHING, tasks: ['T-1', 'T-8', 'T-9'] };
    await assert.rejects(exportTo(project, file, { choice }), { code: 'NOT_FOUND', message: /T-8, T-9/ });
  });

  test('is refused when it holds more or less than it says', async () => {
    const { folder, project, file } = await makeThree();
    await exportTo(project, file, { choice: { ...EVERYTHING, tasks: ['T-1'] } });
    const parts = await partsOf(file);
    const change = (replace: (text: string) => string) =>
      rebag(
        parts.map((part) =>
          part.name === 'p/disclosure.json'
            ? { ...part, data: Buffer.from(replace(part.data.toString())) }
            : part,
        ),
      );
    const cases: readonly (readonly [replace: (text: string) => string, entry: string, reason: RegExp])[] = [
      [(text) => text.replace('["T-1"]', '["T-1","T-2"]'), 'p/data/tasks/T-2/events.jsonl', /missing/],
      [(text) => text.replace('["T-1"]', '[]'), 'p/data/tasks/T-1/events.jsonl', /says its task is left out/],
      [(text) => text.replace('["T-1"]', '["T-1","T-7"]'), 'p/disclosure.json', /does not know/],
      [
        (text) => text.replace('"left_out":2', '"left_out":1'),
        'p/disclosure.json',
        /does not leave out 1 of 3/,
      ],
      [(text) => `${text} `, 'p/disclosure.json', /does not say what was left out as Reeve does/],
    ];
    for (const [replace, entry, reason] of cases)
      assert.match(told(await refusalOf(folder, zipBytes(change(replace))), entry), reason);
  });

  test('can be listed without writing anything', async () => {
    const { folder, project } = await makeThree();
    writeDeep(join(project, 'tasks/T-1/packs/abc.json'), 'four');
    const before = readdirSync(folder);
    const choice = {
      tasks: ['T-1'],
      since: null,
      redact: ['tasks/*/packs/*.json', 'tasks/T-1/events.jsonl:2-3'],
    };
    const list = await listArchive(project, choice);
    assert.deepEqual(list.withheld, [
      { path: 'tasks/T-1/packs/abc.json', sha256: sha256Hex('four'), bytes: 4 },
      { path: 'tasks/T-1/events.jsonl', seq: 2 },
      { path: 'tasks/T-1/events.jsonl', seq: 3 },
    ]);
    assert.equal(list.tasks_left_out, 2);
    assert.deepEqual(
      list.files.map(({ path }) => path),
      [
        'events.jsonl',
        'manifest/project_manifest.json',
        'manifest/schema_version.json',
        'tasks/T-1/events.jsonl',
      ],
    );
    assert.deepEqual(readdirSync(folder), before);
    const file = join(folder, 'p.zip');
    await exportTo(project, file, { choice });
    const sizes = new Map((await partsOf(file)).map(({ name, data }) => [name, data.length]));
    for (const { path, bytes } of list.files) assert.equal(sizes.get(`p/data/${path}`), bytes, path);
  });
});
