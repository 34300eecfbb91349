import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { createDiskPace } from '../../../daemon/ledger/disk-pace.ts';
import { createFlushQueue, type Flush } from '../../../daemon/ledger/flush-queue.ts';
import { openLedger } from '../../../daemon/ledger/open-ledger.ts';

const QUICK = { isQuick: () => true, observe: () => {} };
const SLOW = { isQuick: () => false, observe: () => {} };

describe('createFlushQueue', () => {
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'reeve-flush-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Flushes of files of their own that note what happens to them; a null file has nothing to write. */
  function toFlushes(names: readonly (string | null)[], seen: string[]): readonly Flush[] {
    return names.map((name) => ({
      write() {
        seen.push(`write ${name}`);
        if (name === null) return null;
        const fd = openSync(join(folder, name), 'a');
        writeSync(fd, name);
        return fd;
      },
      synced: (error) => void seen.push(`${error === null ? 'synced' : 'failed'} ${name}`),
    }));
  }

  it('writes all of a turn before it syncs any, in the order of their requests', async () => {
    for (const pace of [QUICK, SLOW]) {
      const seen: string[] = [];
      const queue = createFlushQueue(pace);
      for (const flush of toFlushes(['a', 'b', 'c'], seen)) queue.request(flush);
      assert.deepEqual(seen, []);
      while (seen.length < 6) await setTimeout(1);
      assert.deepEqual(seen.slice(0, 3), ['write a', 'write b', 'write c']);
      assert.deepEqual(seen.slice(3).toSorted(), ['synced a', 'synced b', 'synced c']);
    }
  });

  it('waits for the last one itself while the disk is quick, and for none when it is not', async () => {
    for (const pace of [QUICK, SLOW]) {
      const seen: string[] = [];
      const queue = createFlushQueue(pace);
      for (const flush of toFlushes(['a', 'b'], seen)) queue.request(flush);
      await setImmediate();
      assert.deepEqual(seen, ['write a', 'write b', ...(pace === QUICK ? ['synced b'] : [])]);
      while (seen.length < 4) await setTimeout(1);
    }
  });

  it('lets other work of the event loop come first, however long the flushes go on', async () => {
    const queue = createFlushQueue(QUICK);
    let [left, timers] = [200, 0];
    const fd = openSync(join(folder, 'endless'), 'a');
    const timer = setInterval(() => (timers += 1), 0);
    await new Promise<void>((resolve) => {
      const flush: Flush = {
        write: () => fd,
        synced() {
          left -= 1;
          if (left > 0 && timers < 3) queue.request(flush);
          else resolve();
        },
      };
      queue.request(flush);
    });
    clearInterval(timer);
    closeSync(fd);
    assert.equal(timers, 3);
  });

  it('tells of a sync that failed, wherever it was waited for, and syncs nothing that was not written', async () => {
    for (const pace of [QUICK, SLOW]) {
      const errors: (Error | null)[] = [];
      const queue = createFlushQueue(pace);
      const seen: string[] = [];
      // A descriptor that is not open.
      queue.request({ write: () => 1_000_000, synced: (error) => void errors.push(error) });
      for (const flush of toFlushes([null], seen)) queue.request(flush);
      while (errors.length === 0) await setTimeout(1);
      assert.equal((errors[0] as NodeJS.ErrnoException).code, 'EBADF');
      assert.deepEqual(seen, ['write null']);
    }
  });
});

describe('createDiskPace', () => {
  it('trusts no disk before it has shown itself quick', () => {
    const pace = createDiskPace();
    const answers = Array.from({ length: 40 }, () => {
      const before = pace.isQuick();
      pace.observe(0.2);
      return before;
    });
    assert.equal(answers[0], false);
    assert.equal(answers.at(-1), true);
    for (let n = 0; n < 1000; n += 1) pace.observe(5);
    assert.equal(pace.isQuick(), false);
  });

  it('forgives a single slow answer, and distrusts after a stall for as long as it lasted', () => {
    const pace = createDiskPace();
    for (let n = 0; n < 100; n += 1) pace.observe(0.2);
    pace.observe(8);
    assert.equal(pace.isQuick(), true);
    pace.observe(400);
    let needed = 0;
    for (; !pace.isQuick(); needed += 1) pace.observe(0.2);
    assert.ok(needed > 400 && needed < 600, String(needed));
  });

  it('keeps the syncs of a stretch of trust at 1 ms each on average, but for the one that ends it', () => {
    const duration = fc.oneof(
      { weight: 9, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
      { weight: 1, arbitrary: fc.double({ min: 0, max: 30, noNaN: true }) },
    );
    fc.assert(
      fc.property(fc.array(duration, { minLength: 200, maxLength: 2000 }), (durations) => {
        const pace = createDiskPace();
        let stretch: number[] = [];
        for (const ms of durations) {
          const isWaitedFor = pace.isQuick();
          pace.observe(ms);
          stretch = isWaitedFor && pace.isQuick() ? [...stretch, ms] : [];
          const waited = stretch.reduce((sum, each) => sum + each, 0);
          assert.ok(waited <= stretch.length + 1, `${waited} ms in ${stretch.length} syncs`);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('fault 31 on a disk that was quick until then', () => {
  it('poisons the ledger, in whichever thread the sync failed', async (t) => {
    if (spawnSync('strace', ['-V']).status !== 0) return t.skip('strace is not installed');
    const root = mkdtempSync(join(tmpdir(), 'reeve-eio-'));
    t.after(() => rmSync(root, { recursive: true, force: true }));
    const ledger = await openLedger({ root, clock: { now: () => Date.now() }, reeveVersion: 'test' });
    const project = await ledger.project('p', { create: true });
    const data = { project_id: 'p', title: 'T-1' };
    await project.appendTask('T-1', { kind: 'tool', id: 'x' }, 'queued', [{ type: 'task.opened', data }])
      .durable;
    await ledger.close();
    const program = fileURLToPath(new URL('../../fixtures/ledger/append-once.ts', import.meta.url));
    const inject = ['-f', '-qq', '-e', 'trace=fdatasync', '-e', 'inject=fdatasync:error=EIO:when=60'];
    const { stdout } = spawnSync(
      'strace',
      [
        ...inject,
        '-o',
        '/dev/null',
        process.execPath,
        '--import',
        import.meta.resolve('tsx'),
        program,
        root,
        '200',
      ],
      // Strace counts calls per thread.
      { encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: root, UV_THREADPOOL_SIZE: '1' } },
    );
    if (stdout === '') return t.skip('strace may not trace here');
    const lines = stdout.trim().split('\n');
    const failedAt = lines.indexOf('LEDGER_POISONED');
    assert.ok(failedAt >= 50, `after ${failedAt}`);
    assert.deepEqual(new Set(lines.slice(0, failedAt)), new Set(['ok']));
    assert.deepEqual(new Set(lines.slice(failedAt)), new Set(['LEDGER_POISONED']));
    return undefined;
  });
});
