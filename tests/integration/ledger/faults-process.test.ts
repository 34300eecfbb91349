import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { verifyProject } from '../../../daemon/ledger/verify-project.ts';
import { assertIntact } from '../../helpers/assert-intact.ts';
import { eventually } from '../../helpers/daemon-fixture.ts';
import {
  collect,
  makeProject,
  openTestLedger,
  scratchFolder,
  withLedger,
} from '../../helpers/ledger-fixture.ts';

const IN_MEMORY = '/dev/shm';

const scratch = scratchFolder();
const program = (name: string): readonly string[] => [
  ...['--import', import.meta.resolve('tsx')],
  fileURLToPath(new URL(`../../fixtures/ledger/${name}`, import.meta.url)),
];

describe('fault 31: a sync that fails', () => {
  it('in the thread that waits for quick disks poisons the ledger', async (t) => {
    if (spawnSync('strace', ['-V']).status !== 0) return t.skip('strace is not installed');
    if (!existsSync(IN_MEMORY)) return t.skip(`no disk is surely quick without ${IN_MEMORY}`);
    const root = join(scratchFolder(IN_MEMORY), 'root');
    await makeProject(root, { 'T-1': 2 });
    // Without -f strace sees the main thread alone.
    const inject = ['-qq', '-e', 'trace=fdatasync', '-e', 'inject=fdatasync:error=EIO:when=3'];
    const { stdout } = spawnSync(
      'strace',
      [...inject, '-o', '/dev/null', process.execPath, ...program('append-once.ts'), root, '400'],
      { encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: scratch } },
    );
    if (stdout === '') return t.skip('strace may not trace here');
    const answers = stdout.trim().split('\n');
    const failedAt = answers.indexOf('LEDGER_POISONED');
    assert.ok(failedAt > 0, `no sync failed in ${answers.length} appends`);
    assert.deepEqual(new Set(answers.slice(0, failedAt)), new Set(['ok']));
    assert.deepEqual(new Set(answers.slice(failedAt)), new Set(['LEDGER_POISONED']));
    await withLedger(root, async (project) => {
      assert.ok((await collect(project.readTask('T-1'))).length >= 2 + failedAt);
    });
    await assertIntact(join(root, 'p'));
    return undefined;
  });
});

describe('fault 32: a writer that is stopped for as long as one likes', () => {
  it('keeps others out, goes on where it stood, and leaves one history', async (t) => {
    if (process.platform === 'win32') return t.skip('no SIGSTOP on Windows');
    const root = join(scratch, 'stopped');
    const writer = spawn(process.execPath, [...program('append-until-killed.ts'), root, '4'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => writer.kill('SIGKILL'));
    const ended = once(writer, 'close');
    let output = '';
    writer.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    const acknowledged = (): readonly string[] =>
      output
        .split('\n')
        .slice(0, -1)
        .filter((line) => line !== 'ready');
    for (let round = 1; round <= 5; round += 1) {
      const before = acknowledged().length;
      await eventually(() => acknowledged().length > before + 20, 'acknowledgements');
      writer.kill('SIGSTOP');
      // What it had printed before it was stopped may still be on its way.
      await setTimeout(50);
      const standing = acknowledged().length;
      const told = { code: 'LEDGER_LOCKED', message: new RegExp(`process ${writer.pid} `) };
      await assert.rejects(openTestLedger(root), told);
      assert.equal(acknowledged().length, standing);
      writer.kill('SIGCONT');
    }
    const before = acknowledged().length;
    await eventually(() => acknowledged().length > before, 'an acknowledgement after the last stop');
    writer.kill('SIGKILL');
    await ended;
    const stored = await withLedger(root, async (project) => {
      const logs = [...project.tasks.keys()].map((task) => collect(project.readTask(task)));
      return new Set((await Promise.all(logs)).flat().map(({ id }) => id));
    });
    assert.deepEqual(
      acknowledged().filter((id) => !stored.has(id)),
      [],
    );
    await assertIntact(join(root, 'p'));
    return undefined;
  });
});

describe('a writer that dies between the append to a task and the commit of its head', () => {
  const root = join(scratch, 'dead');
  let pid = 0;
  before(async () => {
    const writer = spawn(process.execPath, [...program('append-and-die.ts'), root], { stdio: 'inherit' });
    pid = writer.pid ?? 0;
    await once(writer, 'close');
  });

  it('fault 33: leaves a lock file that names it and holds nobody up', async () => {
    assert.match(readFileSync(join(root, '.lock'), 'utf8'), new RegExp(`"pid":${pid},`));
    await (await openTestLedger(root)).close();
  });

  it('fault 34: leaves a log ahead of its head, which the next start commits', async () => {
    const log = 'tasks/T-1/events.jsonl';
    const { verdict, warnings } = await verifyProject(join(root, 'p'));
    assert.equal(verdict, 'UNANCHORED');
    assert.deepEqual(warnings, [{ type: 'unanchored', log, events: 3 }]);
    await withLedger(root, (project) => assert.equal(project.tasks.get('T-1')?.seq, 4));
    await assertIntact(join(root, 'p'));
  });
});

describe('fault 11: a log much larger than the memory there is for it', () => {
  const megabytes = process.env['CI'] ? 600 : 256;
  it(`of ${megabytes} MB is verified, opened and read`, async () => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [...program('read-large-log.ts'), join(scratch, 'large'), String(megabytes)],
      { encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: scratch } },
    );
    const { events, verdict, peak } = JSON.parse(stdout || assert.fail(stderr)) as Record<string, unknown>;
    assert.equal(verdict, 'UNANCHORED');
    assert.ok(Number(events) > megabytes * 15);
    assert.ok(Number(peak) < 200, `${String(peak)} MB`);
  });
});
