import assert from 'node:assert/strict';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createLedgerReader } from '../../../daemon/ledger/read-ledger.ts';
import { verifyProject } from '../../../daemon/ledger/verify-project.ts';
import { sha256Hex } from '../../../protocol/digest.ts';
import type { LedgerEvent } from '../../../protocol/events.ts';
import { assertIntact } from '../../helpers/assert-intact.ts';
import {
  closed,
  collect,
  edit,
  linesOf,
  makeProject,
  note,
  opened,
  PERSON,
  rehash,
  scratchFolder,
  stopped,
  taskLog,
  withLedger,
} from '../../helpers/ledger-fixture.ts';

const scratch = scratchFolder();
let count = 0;
const freshRoot = (): string => join(scratch, `root-${(count += 1)}`);

/** A task log of `lines` lines of which the project log's heads cover `covered`, as after a crash; each was synced. */
async function makeAhead(
  lines: number,
  covered: number,
): Promise<{ root: string; folder: string; log: string }> {
  const root = freshRoot();
  const folder = await makeProject(root, { 'T-1': covered });
  const projectLog = readFileSync(join(folder, 'events.jsonl'));
  await withLedger(root, async (project) => {
    for (let n = 0; n < lines - covered; n += 1)
      await project.appendTask('T-1', PERSON, 'queued', [note(`ahead ${n}`)]).durable;
  });
  writeFileSync(join(folder, 'events.jsonl'), projectLog);
  return { root, folder, log: taskLog(folder, 'T-1') };
}

const recoveries = (events: readonly LedgerEvent[]): readonly LedgerEvent[] =>
  events.filter(({ type }) => type === 'ledger.recovered');

describe('opening a ledger', () => {
  it('fault 34: commits the head of a log that a crash left ahead of it', async () => {
    const { root, log } = await makeAhead(5, 2);
    await withLedger(root, async (project) => {
      const { seq, bytes, status } = project.tasks.get('T-1')!;
      assert.deepEqual({ seq, bytes, status }, { seq: 5, bytes: statSync(log).size, status: 'queued' });
      const last = (await collect(project.readProject())).at(-1);
      assert.ok(last?.type === 'head.committed');
      assert.equal(last.data.seq, 5);
      assert.deepEqual(project.recovered, []);
      await project.appendTask('T-1', PERSON, 'queued', [note('on')]).durable;
    });
    await assertIntact(join(root, 'p'));
  });

  it('learns from the log itself that a task was closed', async () => {
    const root = freshRoot();
    const folder = await makeProject(root, { 'T-1': 1 });
    const projectLog = readFileSync(join(folder, 'events.jsonl'));
    await withLedger(root, (project) => project.appendTask('T-1', PERSON, 'rejected', [closed()]).durable);
    writeFileSync(join(folder, 'events.jsonl'), projectLog);
    await withLedger(root, (project) => assert.equal(project.tasks.get('T-1')?.status, 'rejected'));
  });

  it('adopts a task log that the project log does not know', async () => {
    const root = freshRoot();
    const folder = await makeProject(root, {});
    const projectLog = readFileSync(join(folder, 'events.jsonl'));
    await withLedger(
      root,
      (project) => project.appendTask('T-1', PERSON, 'queued', [opened('Lost'), note('1')]).durable,
    );
    writeFileSync(join(folder, 'events.jsonl'), projectLog);
    assert.equal((await verifyProject(folder)).verdict, 'UNANCHORED');
    await withLedger(root, async (project) => {
      assert.equal(project.tasks.get('T-1')?.title, 'Lost');
      assert.equal(project.tasks.get('T-1')?.seq, 2);
      const types = (await collect(project.readProject())).map(({ type }) => type);
      assert.deepEqual(types, ['project.created', 'task.created', 'head.committed']);
    });
    await assertIntact(folder);
  });

  it('takes a task folder without a log, or with an empty one, for no task', async () => {
    const root = freshRoot();
    const folder = await makeProject(root, {});
    mkdirSync(join(folder, 'tasks/T-1/packs'), { recursive: true });
    mkdirSync(join(folder, 'tasks/T-2'));
    writeFileSync(taskLog(folder, 'T-2'), '');
    await withLedger(root, async (project) => {
      assert.equal(project.tasks.size, 0);
      await project.appendTask('T-1', PERSON, 'queued', [opened()]).durable;
      await project.appendTask('T-2', PERSON, 'queued', [opened()]).durable;
    });
    await assertIntact(folder);
  });

  it('cuts a torn tail at every offset of an uncommitted line, and keeps the bytes', async () => {
    const { root, folder, log } = await makeAhead(3, 2);
    const whole = readFileSync(log);
    const lines = linesOf(log);
    const start = Buffer.byteLength(`${lines[0]}\n${lines[1]}\n`);
    const pristine = `${root}-pristine`;
    cpSync(root, pristine, { recursive: true });
    for (let size = start + 1; size < whole.length; size += 29) {
      rmSync(root, { recursive: true });
      cpSync(pristine, root, { recursive: true });
      truncateSync(log, size);
      await withLedger(root, async (project) => {
        const tail = whole.subarray(start, size);
        const kept_as = `tasks/T-1/events.jsonl.torn-${start}`;
        assert.equal(project.tasks.get('T-1')?.seq, 2);
        assert.deepEqual(
          recoveries(await collect(project.readProject())).map(({ data }) => data),
          [
            {
              log: 'tasks/T-1/events.jsonl',
              offset: start,
              length: tail.length,
              sha256: sha256Hex(tail),
              kept_as,
            },
          ],
        );
        assert.deepEqual(readFileSync(join(folder, kept_as)), tail);
        assert.equal(statSync(log).size, start);
        assert.equal(project.recovered.length, 1);
      });
      await assertIntact(folder);
    }
  });

  it('cuts a torn tail of the project log and says so in it', async () => {
    const root = freshRoot();
    const folder = await makeProject(root, { 'T-1': 2 });
    const log = join(folder, 'events.jsonl');
    const size = statSync(log).size;
    appendFileSync(log, '{"actor":{"id":"re');
    await withLedger(root, async (project) => {
      const [recovered] = recoveries(await collect(project.readProject()));
      assert.ok(recovered?.type === 'ledger.recovered');
      assert.equal(recovered.data.log, 'events.jsonl');
      assert.equal(recovered.data.offset, size);
      assert.equal(readFileSync(join(folder, recovered.data.kept_as), 'utf8'), '{"actor":{"id":"re');
    });
    await withLedger(root, (project) => assert.deepEqual(project.recovered, []));
  });

  it('records a cut of the project log that a crash kept from being recorded', async () => {
    const root = freshRoot();
    const folder = await makeProject(root, {});
    writeFileSync(join(folder, 'events.jsonl.torn-123'), 'torn');
    await withLedger(root, async (project) => {
      assert.deepEqual(
        recoveries(await collect(project.readProject())).map(({ data }) => data),
        [
          {
            log: 'events.jsonl',
            offset: 123,
            length: 4,
            sha256: sha256Hex('torn'),
            kept_as: 'events.jsonl.torn-123',
          },
        ],
      );
    });
    await withLedger(root, async (project) => {
      assert.equal(recoveries(await collect(project.readProject())).length, 1);
    });
  });

  it('recovers again after a crash in the middle of recovery', async () => {
    const { root, folder, log } = await makeAhead(3, 2);
    truncateSync(log, statSync(log).size - 5);
    const crashed = `${root}-crashed`;
    cpSync(root, crashed, { recursive: true });
    await withLedger(root, () => undefined);
    // The crash came after the copy and its event, before the cut.
    const torn = readdirSync(join(folder, 'tasks/T-1')).find((name) => name.includes('.torn-'))!;
    cpSync(join(folder, 'tasks/T-1', torn), join(crashed, 'p/tasks/T-1', torn));
    cpSync(join(folder, 'events.jsonl'), join(crashed, 'p/events.jsonl'));
    await withLedger(crashed, async (project) => {
      assert.equal(recoveries(await collect(project.readProject())).length, 1);
      assert.equal(project.recovered.length, 1);
    });
    assert.deepEqual(readdirSync(join(crashed, 'p/tasks/T-1')).sort(), ['events.jsonl', torn]);
    await assertIntact(join(crashed, 'p'));
  });

  it('keeps two different tails of the same offset apart', async () => {
    const { root, log } = await makeAhead(3, 2);
    const size = statSync(log).size;
    truncateSync(log, size - 5);
    await withLedger(root, () => undefined);
    appendFileSync(log, 'another tail');
    await withLedger(root, (project) => {
      const folder = join(project.folder, 'tasks/T-1');
      assert.equal(readdirSync(folder).filter((name) => name.includes('.torn-')).length, 2);
    });
  });

  for (const [name, tail] of [
    ['fault 28: a zero-filled tail', Buffer.alloc(8192)],
    ['a tail of garbage with line ends', Buffer.from('\n\n{"x":1}\nnull\n[]\n\r\n')],
    ['a tail of a megabyte without line ends', Buffer.alloc(1_048_576, 'x')],
    ['zeros and the end of a line', Buffer.concat([Buffer.alloc(100), Buffer.from('"type":"x.y","v":1}\n')])],
  ] as const) {
    it(`cuts ${name}`, async () => {
      const { root, folder, log } = await makeAhead(3, 2);
      const size = statSync(log).size;
      appendFileSync(log, tail);
      await withLedger(root, (project) => {
        assert.deepEqual(
          project.recovered.map(({ offset, length }) => ({ offset, length })),
          [{ offset: size, length: tail.length }],
        );
        assert.equal(project.tasks.get('T-1')?.seq, 3);
      });
      assert.equal(statSync(log).size, size);
      await assertIntact(folder);
    });
  }

  const refused: readonly (readonly [string, (log: string) => void])[] = [
    [
      'fault 29: a zeroed block before a valid line',
      (log) => edit(log, (bytes) => bytes.fill(0, bytes.length - 1200, bytes.length - 700)),
    ],
    [
      'a valid line right behind zeros, without a line start',
      (log) => {
        const lines = linesOf(log);
        const kept = lines
          .slice(0, 3)
          .map((line) => `${line}\n`)
          .join('');
        writeFileSync(
          log,
          Buffer.concat([Buffer.from(kept), Buffer.alloc(64), Buffer.from(`${lines[4]}\n`)]),
        );
      },
    ],
    ['a valid line that does not link', (log) => appendFileSync(log, `${linesOf(log)[1]}\n`)],
    ['a valid line after a bad one', (log) => edit(log, (bytes) => swapByte(bytes, bytes.length - 900))],
  ];
  for (const [name, damage] of refused) {
    it(`refuses ${name}, and changes nothing`, async () => {
      const { root, log } = await makeAhead(6, 2);
      damage(log);
      const before = readFileSync(log);
      await assert.rejects(
        withLedger(root, () => undefined),
        { code: 'LEDGER_DAMAGED' },
      );
      assert.deepEqual(readFileSync(log), before);
      assert.deepEqual(readdirSync(join(log, '..')), ['events.jsonl']);
    });
  }

  for (const which of ['task', 'project'] as const) {
    it(`fault 28: cuts the last write of a ${which} log of which the disk kept the end and not the beginning`, async () => {
      const root = freshRoot();
      const folder = await makeProject(root, { 'T-1': 2 });
      const projectLog = readFileSync(join(folder, 'events.jsonl'));
      await withLedger(root, async (project) => {
        const together =
          which === 'task'
            ? project.appendTask('T-1', PERSON, 'queued', [note('1'), note('2'), note('3')])
            : project.appendProject(PERSON, [stopped(), stopped(), stopped()]);
        await together.durable;
      });
      if (which === 'task') writeFileSync(join(folder, 'events.jsonl'), projectLog);
      const log = which === 'task' ? taskLog(folder, 'T-1') : join(folder, 'events.jsonl');
      const lines = linesOf(log);
      const size = Buffer.byteLength(`${lines.slice(0, -3).join('\n')}\n`);
      edit(log, (bytes) => bytes.fill(0, size, size + 300));
      await withLedger(root, (project) => {
        assert.deepEqual(
          project.recovered.map(({ offset }) => offset),
          [size],
        );
      });
      await assertIntact(folder);
    });
  }

  it('fault 17: refuses a log that was cut below its committed head', async () => {
    const root = freshRoot();
    const folder = await makeProject(root, { 'T-1': 4 });
    truncateSync(taskLog(folder, 'T-1'), statSync(taskLog(folder, 'T-1')).size - 1);
    await assert.rejects(
      withLedger(root, () => undefined),
      { code: 'LEDGER_DAMAGED', message: /committed head/ },
    );
  });

  it('fault 20: refuses to go on without a task log it knows', async () => {
    const root = freshRoot();
    const folder = await makeProject(root, { 'T-1': 4 });
    rmSync(join(folder, 'tasks/T-1'), { recursive: true });
    await assert.rejects(
      withLedger(root, () => undefined),
      { code: 'LEDGER_DAMAGED', message: /missing/ },
    );
  });

  it('fault 29: refuses a project log damaged before its end', async () => {
    const root = freshRoot();
    const folder = await makeProject(root, { 'T-1': 2, 'T-2': 2 });
    edit(join(folder, 'events.jsonl'), (bytes) => bytes.fill(0, 500, 900));
    await assert.rejects(
      withLedger(root, () => undefined),
      { code: 'LEDGER_DAMAGED' },
    );
  });

  it('refuses a task log that lies in another task’s folder', async () => {
    const root = freshRoot();
    const folder = await makeProject(root, { 'T-1': 2 });
    mkdirSync(join(folder, 'tasks/T-2'));
    cpSync(taskLog(folder, 'T-1'), taskLog(folder, 'T-2'));
    await assert.rejects(
      withLedger(root, () => undefined),
      { code: 'LEDGER_DAMAGED', message: /another task/ },
    );
  });

  it('notices at the first append that a log was rewritten under its head', async () => {
    const root = freshRoot();
    const folder = await makeProject(root, { 'T-1': 3 });
    const log = taskLog(folder, 'T-1');
    writeFileSync(log, rehash(linesOf(log).map((line) => line.replace('T-1 1', 'T-1 9'))));
    await withLedger(root, async (project) => {
      const { durable } = project.appendTask('T-1', PERSON, 'queued', [note('x')]);
      await assert.rejects(durable, { code: 'LEDGER_DAMAGED' });
      assert.equal(project.tasks.get('T-1')?.seq, 3);
    });
  });

  it('makes good a project whose first line was torn', async () => {
    const root = freshRoot();
    const folder = await makeProject(root, {});
    truncateSync(join(folder, 'events.jsonl'), 40);
    rmSync(join(folder, 'manifest'), { recursive: true });
    await withLedger(root, async (project) => {
      const types = (await collect(project.readProject())).map(({ type }) => type);
      assert.deepEqual(types, ['project.created', 'ledger.recovered']);
    });
    await assertIntact(folder);
  });

  it('writes the manifest that a crash left out', async () => {
    const root = freshRoot();
    const folder = await makeProject(root, {});
    const manifest = readFileSync(join(folder, 'manifest/project_manifest.json'), 'utf8');
    rmSync(join(folder, 'manifest'), { recursive: true });
    await withLedger(root, () => undefined);
    assert.equal(readFileSync(join(folder, 'manifest/project_manifest.json'), 'utf8'), manifest);
    assert.ok(existsSync(join(folder, 'manifest/schema_version.json')));
  });

  it('fault 26: goes on with greater ids when the clock went back between two runs', async () => {
    const root = freshRoot();
    await makeProject(root, { 'T-1': 2 });
    const { openLedger } = await import('../../../daemon/ledger/open-ledger.ts');
    const ledger = await openLedger({ root, clock: { now: () => 1_600_000_000_000 }, reeveVersion: 'x' });
    const project = await ledger.project('p');
    await project.appendTask('T-1', PERSON, 'queued', [note('from the past')]).durable;
    await ledger.close();
    const report = await verifyProject(join(root, 'p'));
    assert.deepEqual(report.faults, []);
    assert.deepEqual(report.warnings.filter(({ type }) => type === 'clock_went_back').length, 2);
  });
});

describe('reading a ledger without its lock', () => {
  it('shows tasks by their heads and events up to the last complete line', async () => {
    const { root, log } = await makeAhead(4, 2);
    appendFileSync(log, '{"torn');
    const reader = createLedgerReader(root);
    assert.deepEqual(reader.projects(), ['p']);
    assert.equal(reader.tasks('p').get('T-1')?.seq, 2);
    assert.equal((await collect(reader.readTask('p', 'T-1'))).length, 4);
    assert.equal((await collect(reader.readProject('p'))).length, 3);
  });

  it('does not pass over damage', async () => {
    const root = freshRoot();
    const folder = await makeProject(root, { 'T-1': 4 });
    edit(taskLog(folder, 'T-1'), (bytes) => swapByte(bytes, bytes.length - 900));
    await assert.rejects(collect(createLedgerReader(root).readTask('p', 'T-1')), { code: 'LEDGER_DAMAGED' });
  });

  it('lets no name lead out of the data root', async () => {
    const reader = createLedgerReader(freshRoot());
    assert.deepEqual(reader.projects(), []);
    assert.throws(() => reader.tasks('..'), { code: 'NOT_FOUND' });
    assert.throws(() => reader.readTask('p', '../../x'), { code: 'NOT_FOUND' });
    await assert.rejects(collect(reader.readTask('p', 'T-1')), { code: 'NOT_FOUND' });
  });
});

function swapByte(bytes: Buffer, at: number): Buffer {
  bytes[at] = bytes[at]! ^ 1;
  return bytes;
}
