import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isArchivedFile } from '../../../daemon/archive/project-layout.ts';
import { openLedger, type LedgerOptions } from '../../../daemon/ledger/open-ledger.ts';
import { CLOSED_FILE, INDEX_FILE, parseIndex } from '../../../daemon/ledger/project-index.ts';
import {
  readProjectLog,
  readProjectOverview,
  scanFromIndex,
} from '../../../daemon/ledger/read-project-log.ts';
import { scanProjectLog } from '../../../daemon/ledger/scan-project-log.ts';
import { verifyProject } from '../../../daemon/ledger/verify-project.ts';
import type { ProjectLedger } from '../../../daemon/ports/ledger.ts';
import type { Checkpoint } from '../../../protocol/checkpoint.ts';
import { sha256Hex } from '../../../protocol/digest.ts';
import {
  closed,
  collect,
  linesOf,
  note,
  opened,
  PERSON,
  scratchFolder,
  stopped,
  taskLog,
} from '../../helpers/ledger-fixture.ts';

const scratch = scratchFolder();
let roots = 0;

async function withIndexed<T>(
  root: string,
  use: (project: ProjectLedger) => Promise<T> | T,
  options: Partial<LedgerOptions> = {},
): Promise<T> {
  const ledger = await openLedger({
    root,
    clock: { now: () => Date.now() },
    reeveVersion: '0.0.0-test',
    indexEvery: 2000,
    ...options,
  });
  try {
    return await use(await ledger.project('p', { create: true }));
  } finally {
    await ledger.close();
  }
}

/** Makes a project of thirty closed tasks and one open one, C-0 … C-29 and T-1, with an index up to its end. */
async function makeIndexed(): Promise<{ readonly root: string; readonly folder: string }> {
  roots += 1;
  const root = join(scratch, `root-${roots}`);
  const folder = join(root, 'p');
  await withIndexed(root, async (project) => {
    await project.appendTask('T-1', PERSON, 'waiting', [opened('Open')]).durable;
    for (let index = 0; index < 30; index += 1)
      await project.appendTask(`C-${index}`, PERSON, 'rejected', [opened(), note('x'), closed()]).durable;
  });
  await grow(root);
  const index = readIndex(folder);
  assert.ok(index !== null && index.register.counts.rejected === 30);
  return { root, folder };
}

/** Makes the project log long enough for a new index. */
async function grow(root: string): Promise<void> {
  await withIndexed(root, async (project) => {
    for (let count = 0; count < 8; count += 1) await project.appendProject(PERSON, [stopped()]).durable;
  });
}

function readIndex(folder: string): ReturnType<typeof parseIndex> {
  return parseIndex(readFileSync(join(folder, INDEX_FILE), 'utf8'));
}

/** Rewrites an index as somebody would who knows how it is hashed. */
function forge(folder: string, change: (json: string) => string): void {
  const path = join(folder, INDEX_FILE);
  const json = change(readFileSync(path, 'utf8').split('\n')[0]!);
  writeFileSync(path, `${json}\n${sha256Hex(json)}\n`);
}

describe('an index of a project', () => {
  it('is not made for a log that can be read at once', async () => {
    roots += 1;
    const root = join(scratch, `root-${roots}`);
    await withIndexed(root, (project) => project.appendProject(PERSON, [stopped()]).durable);
    assert.deepEqual(readdirSync(join(root, 'p')).sort(), ['events.jsonl', 'manifest']);
  });

  it('spares opening a project every look at its closed tasks', async () => {
    const { root, folder } = await makeIndexed();
    rmSync(join(folder, 'tasks', 'C-3'), { recursive: true });
    await withIndexed(root, (project) => {
      assert.equal(project.tasks.size, 31);
      assert.equal(project.tasks.get('C-3')?.status, 'rejected');
    });
    for (const name of [INDEX_FILE, CLOSED_FILE]) rmSync(join(folder, name));
    await assert.rejects(
      withIndexed(root, () => undefined),
      { code: 'LEDGER_DAMAGED' },
    );
  });

  it('hides nothing from whoever reads a closed task', async () => {
    const { root, folder } = await makeIndexed();
    truncateSync(taskLog(folder, 'C-3'), 100);
    await withIndexed(root, (project) =>
      assert.rejects(collect(project.readTask('C-3')), { code: 'LEDGER_DAMAGED' }),
    );
  });

  it('keeps each closed task once, and only the newest beside the open ones', async () => {
    const { folder } = await makeIndexed();
    const lines = linesOf(join(folder, CLOSED_FILE)).filter((line) => line !== '');
    const names = lines.map((line) => (JSON.parse(line) as { task_id: string }).task_id);
    assert.deepEqual(
      names,
      Array.from({ length: 30 }, (_, index) => `C-${index}`),
    );
    const index = readIndex(folder);
    assert.deepEqual(
      index?.register.open.map(({ task_id }) => task_id),
      ['T-1'],
    );
    assert.equal(index.register.recent.length, 20);
  });

  it('leaves an open task that was lost to be found', async () => {
    const { root, folder } = await makeIndexed();
    rmSync(join(folder, 'tasks', 'T-1'), { recursive: true });
    await assert.rejects(
      withIndexed(root, () => undefined),
      { code: 'LEDGER_DAMAGED' },
    );
  });

  it('leaves a torn tail of the project log to be recovered', async () => {
    const { root, folder } = await makeIndexed();
    const log = join(folder, 'events.jsonl');
    writeFileSync(log, `${readFileSync(log, 'utf8')}{"actor":{"id":`);
    await withIndexed(root, (project) => assert.equal(project.recovered.length, 1));
    assert.equal(scanProjectLog(log).keptFiles.size, 1);
  });

  it('answers for the roots at and beyond its own size, and leaves those before it to the log', async () => {
    const { root, folder } = await makeIndexed();
    const { size } = readIndex(folder)?.tree ?? assert.fail('there is no index');
    await withIndexed(root, (project) => project.appendProject(PERSON, [stopped()]).durable, {
      indexEvery: 1_000_000,
    });
    const sizes = [size, size + 1];
    const whole = scanProjectLog(join(folder, 'events.jsonl'), () => sizes);
    assert.equal(whole.rootsAt.size, 2);
    assert.deepEqual(scanFromIndex(folder, () => sizes)?.scan.rootsAt, whole.rootsAt);
    assert.equal(
      scanFromIndex(folder, () => [size - 1, size]),
      null,
    );
  });

  it('is read, and nothing is written for it', async () => {
    const { folder } = await makeIndexed();
    const before = readdirSync(folder).map((name) => [name, sizeOf(join(folder, name))]);
    readProjectLog(folder);
    readProjectOverview(folder);
    assert.deepEqual(
      readdirSync(folder).map((name) => [name, sizeOf(join(folder, name))]),
      before,
    );
  });

  it('is seen by no verification, and is part of no archive', async () => {
    const { folder } = await makeIndexed();
    const report = await verifyProject(folder);
    writeFileSync(join(folder, INDEX_FILE), 'nonsense');
    rmSync(join(folder, CLOSED_FILE));
    assert.deepEqual(await verifyProject(folder), report);
    assert.deepEqual([INDEX_FILE, CLOSED_FILE].filter(isArchivedFile), []);
  });

  it('of another version is ignored', async () => {
    const { folder } = await makeIndexed();
    forge(folder, (json) => json.replace('{"v":1,', '{"v":2,'));
    assert.equal(scanFromIndex(folder), null);
  });

  it('that the disk does not take stops nothing', async () => {
    const { root, folder } = await makeIndexed();
    rmSync(join(folder, INDEX_FILE));
    mkdirSync(join(folder, `${INDEX_FILE}.tmp`));
    await grow(root);
    assert.equal(existsSync(join(folder, INDEX_FILE)), false);
    rmSync(join(folder, `${INDEX_FILE}.tmp`), { recursive: true });
    await grow(root);
    assert.equal(readIndex(folder)?.register.counts.rejected, 30);
  });
});

describe('a crash while an index is written', () => {
  it('at any byte leaves the answers of the log', async () => {
    const { root, folder } = await makeIndexed();
    const before = readFileSync(join(folder, CLOSED_FILE)).length;
    const earlier = readFileSync(join(folder, INDEX_FILE));
    await withIndexed(root, async (project) => {
      for (let index = 30; index < 36; index += 1)
        await project.appendTask(`C-${index}`, PERSON, 'accepted', [opened(), closed()]).durable;
    });
    await grow(root);
    const tasks = [...scanProjectLog(join(folder, 'events.jsonl')).tasks];
    const after = readFileSync(join(folder, CLOSED_FILE));
    const later = readFileSync(join(folder, INDEX_FILE));
    assert.ok(after.length > before);
    for (let end = before; end <= after.length; end += 37) {
      for (const index of [earlier, later]) {
        writeFileSync(join(folder, CLOSED_FILE), after.subarray(0, end));
        writeFileSync(join(folder, INDEX_FILE), index);
        assert.deepEqual([...readProjectLog(folder).tasks], tasks);
      }
    }
  });

  it('is made good by the next index', async () => {
    const { root, folder } = await makeIndexed();
    truncateSync(join(folder, CLOSED_FILE), 500);
    writeFileSync(join(folder, `${INDEX_FILE}.tmp`), '{"v":1');
    assert.equal(scanFromIndex(folder), null);
    await grow(root);
    assert.equal(scanFromIndex(folder)?.scan.tasks.size, 31);
    assert.equal(existsSync(join(folder, `${INDEX_FILE}.tmp`)), false);
  });
});

describe('an index that somebody forged', () => {
  it('with the head of an open task costs no more than reading the log', async () => {
    const { root, folder } = await makeIndexed();
    forge(folder, (json) => {
      const value = JSON.parse(json) as { open: { head: { bytes: number } }[] };
      value.open[0]!.head.bytes += 1000;
      return JSON.stringify(value);
    });
    await withIndexed(root, async (project) => {
      assert.deepEqual(project.tasks.get('T-1'), {
        ...project.tasks.get('T-1'),
        bytes: readFileSync(taskLog(folder, 'T-1')).length,
      });
      await project.appendTask('T-1', PERSON, 'waiting', [note('it goes on')]).durable;
    });
  });

  it('with the tree of another history is not believed where a root was seen', async () => {
    const { root, folder } = await makeIndexed();
    const seen = await withIndexed(root, (project) => project.checkpoint());
    forge(folder, (json) => {
      const value = JSON.parse(json) as { subtrees: string[] };
      value.subtrees[0] = Buffer.alloc(32, 7).toString('base64');
      return JSON.stringify(value);
    });
    assert.notEqual(scanFromIndex(folder), null);
    await withIndexed(root, (project) => assert.deepEqual(project.checkpoint(), seen), {
      seen: () => [seen],
    });
  });

  it('cannot hide that the log is not the one that was seen, before it or behind it', async () => {
    const { root, folder } = await makeIndexed();
    const whole = await withIndexed(root, (project) => project.checkpoint());
    for (const size of [3, whole.size]) {
      const other: Checkpoint = { ...whole, size, root: Buffer.alloc(32, 9).toString('base64') };
      await assert.rejects(
        withIndexed(root, () => undefined, { seen: () => [other] }),
        { code: 'LEDGER_FORKED' },
      );
    }
    assert.notEqual(scanFromIndex(folder), null);
  });

  it('that a person accepted a break of is not looked at', async () => {
    const { root, folder } = await makeIndexed();
    const truth = await withIndexed(root, (project) => project.checkpoint());
    forge(folder, (json) => {
      const value = JSON.parse(json) as { subtrees: string[] };
      value.subtrees[0] = Buffer.alloc(32, 7).toString('base64');
      return JSON.stringify(value);
    });
    await withIndexed(root, (project) => assert.deepEqual(project.checkpoint(), truth), {
      acceptsBreak: true,
    });
  });

  it('names no path that a log could not name', async () => {
    const { folder } = await makeIndexed();
    forge(folder, (json) => json.replaceAll('"T-1"', '"../T-1"'));
    assert.equal(scanFromIndex(folder), null);
  });

  for (const name of [INDEX_FILE, CLOSED_FILE, `${INDEX_FILE}.tmp`]) {
    it(`with a link in place of ${name} makes the daemon write nowhere else`, async (t) => {
      const { root, folder } = await makeIndexed();
      const elsewhere = join(root, 'elsewhere');
      writeFileSync(elsewhere, 'mine');
      for (const each of [INDEX_FILE, CLOSED_FILE]) rmSync(join(folder, each));
      try {
        symlinkSync(elsewhere, join(folder, name));
      } catch {
        return t.skip('this system lets this user make no symbolic links');
      }
      await grow(root);
      assert.equal(readFileSync(elsewhere, 'utf8'), 'mine');
      assert.equal(readProjectLog(folder).tasks.size, 31);
    });
  }

  it('has each shape that is none ignored', async () => {
    const { folder } = await makeIndexed();
    const text = readFileSync(join(folder, INDEX_FILE), 'utf8');
    const whole = JSON.parse(text.split('\n')[0]!) as Record<string, unknown>;
    for (const member of Object.keys(whole)) {
      for (const wrong of [null, 7, 'x', [], [[]], [null], { a: -1 }, { running: 'x' }, undefined]) {
        const json = JSON.stringify({ ...whole, [member]: wrong });
        const isFit = parseIndex(`${json}\n${sha256Hex(json)}\n`) !== null;
        // Empty lists are what a project without keys, tails or tasks has.
        assert.equal(isFit, Array.isArray(wrong) && wrong.length === 0 && LISTS.has(member), member);
      }
    }
    for (const broken of ['', '\n', '{}\n', text.slice(0, -2), `${text}x`, 'null\n', '[]\n'])
      assert.equal(parseIndex(broken), null);
  });
});

const LISTS: ReadonlySet<string> = new Set(['open', 'recent', 'keptFiles', 'keys', 'counts']);

function sizeOf(path: string): number {
  return existsSync(path) && !path.endsWith('tasks') && !path.endsWith('manifest')
    ? readFileSync(path).length
    : 0;
}
