import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openLedger } from '../../../daemon/ledger/open-ledger.ts';
import { verifyProject } from '../../../daemon/ledger/verify-project.ts';
import { validateProjectManifest } from '../../../protocol/generated/validators.js';
import { assertIntact } from '../../helpers/assert-intact.ts';
import {
  collect,
  linesOf,
  makeProject,
  note,
  opened,
  openTestLedger,
  PERSON,
  scratchFolder,
  stopped,
  taskLog,
  withLedger,
} from '../../helpers/ledger-fixture.ts';

const scratch = scratchFolder();
let count = 0;
const freshRoot = (): string => join(scratch, `root-${(count += 1)}`);
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/ledger/${name}`, import.meta.url));
const nodeArgs = (name: string, ...args: readonly string[]): string[] => [
  '--import',
  'tsx',
  fixture(name),
  ...args,
];

describe('a project on disk', () => {
  it('has logs that any program can check, and a manifest', async () => {
    const root = freshRoot();
    const folder = await makeProject(root, { 'T-1': 3 });
    assert.deepEqual(readdirSync(folder).sort(), ['events.jsonl', 'manifest', 'tasks']);
    const lines = linesOf(taskLog(folder, 'T-1')).map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      lines.map(({ seq }) => seq),
      [1, 2, 3],
    );
    const manifest: unknown = JSON.parse(
      readFileSync(join(folder, 'manifest/project_manifest.json'), 'utf8'),
    );
    assert.ok(validateProjectManifest(manifest));
    const genesis = JSON.parse(linesOf(join(folder, 'events.jsonl'))[0]!) as Record<string, unknown>;
    assert.equal(manifest.genesis, genesis['event_hash']);
    assert.equal(manifest.log_id, genesis['log_id']);
    assert.deepEqual(JSON.parse(readFileSync(join(folder, 'manifest/schema_version.json'), 'utf8')), {
      schema_version: 1,
    });
  });

  it('knows its tasks again without reading their logs', async () => {
    const root = freshRoot();
    const folder = await makeProject(root, { 'T-1': 3, 'T-2': 1 });
    // What stands in the log is left to verification: only its size is looked at.
    writeFileSync(taskLog(folder, 'T-2'), Buffer.alloc(statSync(taskLog(folder, 'T-2')).size));
    await withLedger(root, (project) => {
      assert.deepEqual(
        [...project.tasks.values()].map(({ task_id, title, seq, status }) => ({
          task_id,
          title,
          seq,
          status,
        })),
        [
          { task_id: 'T-1', title: 'Title of T-1', seq: 3, status: 'queued' },
          { task_id: 'T-2', title: 'Title of T-2', seq: 1, status: 'queued' },
        ],
      );
    });
  });

  it('keeps appending to many tasks with few files open', async () => {
    const root = freshRoot();
    const ledger = await openLedger({
      root,
      clock: { now: () => Date.now() },
      reeveVersion: 'test',
      openFiles: 4,
    });
    const project = await ledger.project('p', { create: true });
    for (let round = 0; round < 3; round += 1) {
      const drafts = round === 0 ? [opened()] : [note(`${round}`)];
      const appends = Array.from({ length: 40 }, (_, n) =>
        project.appendTask(`T-${n}`, PERSON, 'queued', drafts),
      );
      for (let turn = 0; turn < 5; turn += 1) {
        await setImmediate();
        const held = openLogs(root);
        if (held !== null) assert.ok(held <= 4, `${held} logs are open`);
      }
      await Promise.all(appends.map(({ durable }) => durable));
    }
    await ledger.close();
    await assertIntact(join(root, 'p'));
  });

  it('writes nothing for a head that nothing happened to', async () => {
    const root = freshRoot();
    const folder = await makeProject(root, { 'T-1': 3 });
    const before = readFileSync(join(folder, 'events.jsonl'));
    await withLedger(root, (project) => project.flush());
    assert.deepEqual(readFileSync(join(folder, 'events.jsonl')), before);
  });

  it('takes nothing after it was closed', async () => {
    const root = freshRoot();
    const ledger = await openTestLedger(root);
    const project = await ledger.project('p', { create: true });
    await ledger.close();
    assert.throws(() => project.appendProject(PERSON, [stopped()]), { code: 'BUG' });
  });
});

describe('the lock of a ledger', () => {
  it('keeps a second writer out and names the first', async () => {
    const root = freshRoot();
    const ledger = await openTestLedger(root);
    const told = { code: 'LEDGER_LOCKED', message: new RegExp(`process ${process.pid} on ${hostname()}`) };
    await assert.rejects(openTestLedger(root), told);
    await ledger.close();
    await (await openTestLedger(root)).close();
  });

  it('fault 33: is not held by a file that was left behind', async () => {
    const root = freshRoot();
    mkdirSync(root);
    writeFileSync(
      join(root, '.lock'),
      `{"pid":${process.pid},"host":"${hostname()}","started":"2020-01-01T00:00:00.000Z"}\n`,
    );
    await (await openTestLedger(root)).close();
  });

  it('says that someone holds it when the file does not say who', async () => {
    const root = freshRoot();
    const ledger = await openTestLedger(root);
    writeFileSync(join(root, '.lock'), 'no JSON');
    await assert.rejects(openTestLedger(root), { code: 'LEDGER_LOCKED', message: /another process/ });
    writeFileSync(join(root, '.lock'), '{"pid":"x"}');
    await assert.rejects(openTestLedger(root), { code: 'LEDGER_LOCKED', message: /another process/ });
    await ledger.close();
  });

  it('fault 32: is held by a stopped process, and free as soon as that is killed', async (t) => {
    if (process.platform === 'win32') return t.skip('no SIGSTOP on Windows');
    const root = freshRoot();
    const holder = spawn(process.execPath, nodeArgs('hold-lock.ts', root), {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    holder.kill('SIGSTOP');
    await assert.rejects(openTestLedger(root), {
      code: 'LEDGER_LOCKED',
      message: new RegExp(`${holder.pid}`),
    });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    return (await openTestLedger(root)).close();
  });
});

describe('faults 35: what may stand in a log’s place', () => {
  const replacements: readonly (readonly [string, (path: string) => void])[] = [
    ['a symbolic link', (path) => symlinkSync(moveAway(path), path)],
    ['a hard link', (path) => linkSync(moveAway(path), path)],
    ['a FIFO', (path) => execFileSync('mkfifo', [(moveAway(path), path)])],
    ['a folder', (path) => (moveAway(path), mkdirSync(path))],
  ];
  for (const [name, replace] of replacements) {
    for (const which of ['project', 'task'] as const) {
      it(`refuses ${name} in place of a ${which} log`, async (t) => {
        if (process.platform === 'win32') return t.skip('no such files on Windows');
        const root = freshRoot();
        const folder = await makeProject(root, { 'T-1': 2 });
        const log = which === 'project' ? 'events.jsonl' : 'tasks/T-1/events.jsonl';
        replace(join(folder, log));
        await assert.rejects(
          withLedger(root, () => undefined),
          { code: 'LEDGER_DAMAGED' },
        );
        const { verdict, faults } = await verifyProject(folder);
        assert.equal(verdict, 'TAMPERED');
        assert.deepEqual(faults, [{ type: 'not_plain', what: `${which}_log`, path: log, log, seq: 1 }]);
        return undefined;
      });
    }
  }

  it('refuses a link in place of the lock file', async (t) => {
    if (process.platform === 'win32') return t.skip('no such files on Windows');
    const root = freshRoot();
    mkdirSync(root);
    writeFileSync(join(scratch, 'victim'), 'precious');
    symlinkSync(join(scratch, 'victim'), join(root, '.lock'));
    await assert.rejects(openTestLedger(root), { code: 'LEDGER_DAMAGED' });
    assert.equal(readFileSync(join(scratch, 'victim'), 'utf8'), 'precious');
    return undefined;
  });

  it('says what is wrong with a read-only folder', async (t) => {
    const folder = mountScratch(t, 'size=1m');
    if (folder === null) return;
    const root = join(folder, 'root');
    await makeProject(root, { 'T-1': 2 });
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    await assert.rejects(openTestLedger(root), { code: 'IO_FAILED', message: /EROFS/ });
    await assertIntact(join(root, 'p'));
  });
});

describe('a log that something else changes meanwhile', () => {
  it('is left alone', async () => {
    const root = freshRoot();
    const ledger = await openLedger({
      root,
      clock: { now: () => Date.now() },
      reeveVersion: 'test',
      openFiles: 0,
    });
    const project = await ledger.project('p', { create: true });
    await project.appendTask('T-1', PERSON, 'queued', [opened()]).durable;
    appendFileSync(taskLog(project.folder, 'T-1'), 'x');
    await assert.rejects(project.appendTask('T-1', PERSON, 'queued', [note('1')]).durable, {
      code: 'LEDGER_DAMAGED',
    });
    assert.equal(readFileSync(taskLog(project.folder, 'T-1'), 'utf8').at(-1), 'x');
    await ledger.close();
  });
});

describe('fault 30: a full disk', () => {
  it('costs the events that did not fit, and nothing else', async (t) => {
    const mounted = mountScratch(t, 'size=64k');
    if (mounted === null) return;
    const root = join(mounted, 'root');
    writeFileSync(join(mounted, 'spare'), Buffer.alloc(16_384));
    await withLedger(root, async (project, ledger) => {
      const told: string[] = [];
      ledger.subscribe(({ id }) => told.push(id));
      const durable: string[] = [];
      let failed: unknown;
      const first = project.appendTask('T-1', PERSON, 'queued', [opened()]);
      await first.durable;
      durable.push(...first.events.map(({ id }) => id));
      for (let n = 0; n < 40 && failed === undefined; n += 1) {
        const { events, durable: done } = project.appendTask('T-1', PERSON, 'queued', [
          note('x'.repeat(3000)),
        ]);
        await done.then(
          () => durable.push(...events.map(({ id }) => id)),
          (error: unknown) => (failed = error),
        );
      }
      assert.equal((failed as { code?: string }).code, 'LEDGER_WRITE_FAILED');
      assert.equal(project.tasks.get('T-1')?.seq, durable.length);
      assert.deepEqual(
        (await collect(project.readTask('T-1'))).map(({ id }) => id),
        durable,
      );

      // A task that cannot be made is no task.
      writeFileSync(join(mounted, 'filler'), '');
      fillUp(join(mounted, 'filler'));
      await assert.rejects(project.appendTask('T-2', PERSON, 'queued', [opened('x'.repeat(5000))]).durable, {
        code: 'LEDGER_WRITE_FAILED',
      });
      assert.equal(project.tasks.has('T-2'), false);

      unlinkSync(join(mounted, 'filler'));
      unlinkSync(join(mounted, 'spare'));
      const again = project.appendTask('T-1', PERSON, 'queued', [note('fits')]);
      await again.durable;
      durable.push(...again.events.map(({ id }) => id));
      await project.appendTask('T-2', PERSON, 'queued', [opened()]).durable;
      await project.flush();
      assert.deepEqual(
        (await collect(project.readTask('T-1'))).map(({ id }) => id),
        durable,
      );
      assert.ok(durable.every((id) => told.includes(id)));
    });
    await assertIntact(join(root, 'p'));
  });

  it('costs everything that was built upon the events that did not fit', async (t) => {
    const mounted = mountScratch(t, 'size=64k');
    if (mounted === null) return;
    await withLedger(join(mounted, 'root'), async (project) => {
      await project.appendTask('T-1', PERSON, 'queued', [opened()]).durable;
      const first = project.appendTask('T-1', PERSON, 'queued', [note('x'.repeat(60_000))]);
      const second = project.appendTask('T-1', PERSON, 'queued', [note('small')]);
      await assert.rejects(first.durable, { code: 'LEDGER_WRITE_FAILED' });
      await assert.rejects(second.durable, { code: 'LEDGER_WRITE_FAILED' });
      assert.equal(project.tasks.get('T-1')?.seq, 1);
    });
  });
});

describe('fault 31: a disk that fails to sync', () => {
  it('is never trusted again', async (t) => {
    if (spawnSync('strace', ['-V']).status !== 0) return t.skip('strace is not installed');
    const root = freshRoot();
    const folder = await makeProject(root, { 'T-1': 2 });
    const before = readFileSync(taskLog(folder, 'T-1'));
    const inject = ['-f', '-qq', '-e', 'trace=fdatasync', '-e', 'inject=fdatasync:error=EIO:when=3'];
    const { stdout } = spawnSync(
      'strace',
      [...inject, '-o', '/dev/null', process.execPath, ...nodeArgs('append-once.ts', root, '5')],
      // Strace counts calls per thread.
      { encoding: 'utf8', env: { ...process.env, UV_THREADPOOL_SIZE: '1' } },
    );
    if (stdout === '') return t.skip('strace may not trace here');
    assert.deepEqual(stdout.trim().split('\n'), [
      'ok',
      'ok',
      'LEDGER_POISONED',
      'LEDGER_POISONED',
      'LEDGER_POISONED',
      'LEDGER_POISONED',
    ]);
    // What was acknowledged is there, and the next start takes what it finds, checked.
    await withLedger(root, async (project) => {
      assert.ok((await collect(project.readTask('T-1'))).length >= 4);
    });
    assert.deepEqual(readFileSync(taskLog(folder, 'T-1')).subarray(0, before.length), before);
    return undefined;
  });
});

function moveAway(path: string): string {
  const aside = `${path}.aside`;
  const bytes = readFileSync(path);
  unlinkSync(path);
  writeFileSync(aside, bytes);
  return aside;
}

function openLogs(root: string): number | null {
  if (!existsSync('/proc/self/fd')) return null;
  const listing = spawnSync('ls', ['-l', `/proc/${process.pid}/fd`], { encoding: 'utf8' }).stdout;
  return listing.split('\n').filter((line) => line.includes(root) && line.endsWith('events.jsonl')).length;
}

function fillUp(path: string): void {
  try {
    for (;;) appendFileSync(path, Buffer.alloc(4096));
  } catch {
    // Full.
  }
}

function mountScratch(t: { skip(reason: string): void }, options: string): string | null {
  const folder = join(scratch, `mount-${(count += 1)}`);
  mkdirSync(folder);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  if (status !== 0) {
    t.skip('mounting a tmpfs is not allowed here');
    return null;
  }
  after(() => spawnSync('umount', ['-l', folder]));
  return folder;
}
