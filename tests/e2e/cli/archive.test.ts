import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportTo, makeEvidence } from '../../helpers/archive-fixture.ts';
import { addKey, archiveSigner, makeKey } from '../../helpers/archive-key.ts';
import { partsOf, rebag } from '../../helpers/hostile-archive.ts';
import { withLedger } from '../../helpers/ledger-fixture.ts';
import { zipBytes } from '../../helpers/zip-bytes.ts';
import { createSandbox, type Ended, type Sandbox } from './run-reeve.ts';

const unzipMissing = spawnSync('unzip', ['-v']).status === 0 ? false : 'unzip is not installed';

/** A repository with a key, and a task that an outside tool reported. */
async function makeShop(t: TestContext): Promise<Sandbox> {
  const sandbox = await createSandbox(t, {
    env: { REEVE_PROJECT: 'shop', REEVE_USER_STATE: await stateOf(t) },
  });
  assert.equal((await sandbox.reeve('init')).exit, 0);
  await report(sandbox, 'T-1');
  return sandbox;
}

/** A folder for keys, outside of the repository. */
async function stateOf(t: TestContext): Promise<string> {
  const { root } = await createSandbox(t, { commit: false });
  return join(root, 'state');
}

async function report(sandbox: Sandbox, task: string): Promise<void> {
  const run = ['--run', `${task}_20260101T000000Z_ab12cd3`, '--step', 'S1', '--result', 'FAIL'];
  const why = ['--reason', 'COMMAND_FAILED', '--detail', `secret of ${task}`];
  const { exit, stderr } = await sandbox.reeve('attempt', task, ...run, ...why);
  assert.equal(exit, 0, stderr);
}

function dataOf({ exit, stdout, stderr }: Ended): Record<string, unknown> {
  assert.equal(exit, 0, stdout + stderr);
  return (JSON.parse(stdout) as { readonly data: Record<string, unknown> }).data;
}

test('export prints the three lines to be kept elsewhere, and verify takes them', async (t) => {
  const sandbox = await makeShop(t);
  const { exit, stdout, stderr } = await sandbox.reeve('export', '--archive', 'shop.zip');
  assert.equal(exit, 0, stderr);
  const lines = stdout.trimEnd().split('\n');
  assert.match(stdout, /Keep these three lines elsewhere/);
  assert.match(lines.slice(-3).join('\n'), /^reeve\/[0-9a-f]{32}\n\d+\n[A-Za-z0-9+/]{43}=$/);
  writeFileSync(join(sandbox.root, 'note'), `${lines.slice(-3).join('\n')}\n`);
  const verified = await sandbox.reeve('verify', '--archive', 'shop.zip', '--anchor', 'note');
  assert.equal(verified.exit, 0, verified.stdout + verified.stderr);
  assert.match(verified.stdout, /ANCHORED/);
  const answer = dataOf(await sandbox.reeve('export', '--archive', '2.zip', '--json'));
  assert.match(String(answer['note']), /^reeve\/[0-9a-f]{32}\n\d+\n\S+\n$/);
  assert.equal(answer['is_signed'], true);
});

test(
  'a part of a project is listed, written, checked by its own verifier, and recorded',
  { skip: unzipMissing },
  async (t) => {
    const sandbox = await makeShop(t);
    await report(sandbox, 'T-2');
    const choice = ['--task', 'T-1', '--since', '1d', '--redact', 'tasks/T-1/events.jsonl:2'];
    const listed = dataOf(await sandbox.reeve('export', '--list', ...choice, '--json'));
    assert.deepEqual(listed['withheld'], [{ path: 'tasks/T-1/events.jsonl', seq: 2 }]);
    const shown = await sandbox.reeve('export', '--list', ...choice);
    assert.match(shown.stdout, /withheld {2}tasks\/T-1\/events\.jsonl line 2\n.*left out {2}1 task\n/s);
    assert.deepEqual(
      readdirSync(sandbox.root).filter((name) => name.endsWith('.zip')),
      [],
    );
    const answer = dataOf(await sandbox.reeve('export', '--archive', 'part.zip', ...choice, '--json'));
    assert.deepEqual([answer['tasks_left_out'], answer['redacted']], [1, 1]);
    const verified = await sandbox.reeve('verify', '--archive', 'part.zip');
    assert.equal(verified.exit, 0, verified.stdout + verified.stderr);
    assert.match(verified.stdout, /a part of a project: 1 task left out, 0 files and 1 line withheld/);
    execFileSync('unzip', ['-q', 'part.zip', '-d', 'out'], { cwd: sandbox.root });
    execFileSync(process.execPath, ['verify.mjs'], { cwd: join(sandbox.root, 'out/shop') });
    const { exit, stderr } = await sandbox.reeve('import', '--archive', 'part.zip', '--as', 'copy');
    assert.notEqual(exit, 0);
    assert.match(stderr, /only a part of a project: 1 tasks left out, 1 lines and files withheld/);
    const log = await sandbox.reeve('events', '--json');
    assert.match(log.stdout, /"type":"archive\.exported"/);
    assert.match(log.stdout, /"tasks_left_out":1/);
  },
);

test('says what cannot be asked for', async (t) => {
  const sandbox = await makeShop(t);
  const cases: readonly (readonly [args: readonly string[], text: RegExp])[] = [
    [['--since', 'yesterday'], /--since must be/],
    [['--since', '2026-13-45'], /--since must be/],
    [['--since', '2026-02-19T12:00'], /--since must be/],
    [['--redact', 'events.jsonl:1'], /lines of events\.jsonl: the project log is always whole/],
    [['--archive', 'workflow/shop/x.zip'], /would lie in the folder of the project itself/],
    [['--task', 'T-9'], /no task T-9/],
  ];
  for (const [args, text] of cases) {
    const file = args[0] === '--archive' ? [] : ['--archive', 'x.zip'];
    const { exit, stderr } = await sandbox.reeve('export', ...file, ...args);
    assert.notEqual(exit, 0);
    assert.match(stderr, text);
  }
});

test('an older copy elsewhere is brought forward, and then verifies', async (t) => {
  const sandbox = await makeShop(t);
  const elsewhere = await createSandbox(t, {
    env: { REEVE_PROJECT: 'shop', REEVE_USER_STATE: await stateOf(t) },
  });
  const from = (place: Sandbox) => join(place.root, 'workflow/shop');
  cpSync(from(sandbox), from(elsewhere), { recursive: true });
  await report(sandbox, 'T-2');
  await sandbox.reeve('export', '--archive', 'shop.zip');
  cpSync(join(sandbox.root, 'shop.zip'), join(elsewhere.root, 'shop.zip'));
  const plain = await elsewhere.reeve('import', '--archive', 'shop.zip');
  assert.notEqual(plain.exit, 0);
  assert.match(plain.stderr, /is older than the archive[\s\S]*--fast-forward/);
  const args = ['import', '--archive', 'shop.zip', '--fast-forward', '--json'];
  assert.equal(dataOf(await elsewhere.reeve(...args))['outcome'], 'fast_forwarded');
  const status = await elsewhere.reeve('status', '--json');
  assert.match(status.stdout, /T-2/);
  const verified = await elsewhere.reeve('verify');
  assert.equal(verified.exit, 0, verified.stdout + verified.stderr);
});

test('a project that was imported cannot be brought forward, and what to do is said', async (t) => {
  const sandbox = await makeShop(t);
  const elsewhere = await createSandbox(t, {
    env: { REEVE_PROJECT: 'shop', REEVE_USER_STATE: await stateOf(t) },
  });
  const handOver = async (file: string) => {
    assert.equal((await sandbox.reeve('export', '--archive', file)).exit, 0);
    cpSync(join(sandbox.root, file), join(elsewhere.root, file));
  };
  await handOver('1.zip');
  assert.equal((await elsewhere.reeve('import', '--archive', '1.zip')).exit, 0);
  await report(sandbox, 'T-2');
  await handOver('2.zip');
  const { exit, stderr } = await elsewhere.reeve('import', '--archive', '2.zip', '--fast-forward');
  assert.notEqual(exit, 0);
  assert.match(stderr, /archive\.imported.*lines of its own.*Remove it first.*--as PROJECT/s);
});

test('the answer to an archive that was tampered with is the worst of what is found', async (t) => {
  const sandbox = await makeShop(t);
  const place = await createSandbox(t, { commit: false });
  const project = await makeEvidence(place.root);
  const key = makeKey();
  await withLedger(place.root, async (ledger) => addKey(ledger, key));
  await exportTo(project, join(place.root, 'p.zip'), { signer: archiveSigner(key) });
  const parts = await partsOf(join(place.root, 'p.zip'));
  const unsigned = parts.filter(({ name }) => name !== 'p/attestation.dsse.json');
  const isLog = ({ name }: { readonly name: string }) => name === 'p/data/tasks/T-1/events.jsonl';
  const cut = rebag(unsigned.filter((part) => !isLog(part)));
  const unfit = rebag(parts).map((part) => (isLog(part) ? { ...part, data: '' } : part));
  const cases: readonly (readonly [bytes: Buffer, exit: number, text: RegExp])[] = [
    [zipBytes(rebag(unsigned)), 3, /^CANNOT VERIFY .*attestation\.dsse\.json is missing.*UNANCHORED/s],
    [zipBytes(cut), 9, /^DAMAGED .*TRUNCATED/s],
    [zipBytes(unfit), 6, /^DAMAGED .*its SHA-256 is not the one/s],
  ];
  for (const [bytes, exit, text] of cases) {
    writeFileSync(join(sandbox.root, 'p.zip'), bytes);
    const found = await sandbox.reeve('verify', '--archive', 'p.zip');
    assert.equal(found.exit, exit, found.stdout + found.stderr);
    assert.match(found.stdout, text);
  }
});

for (const isDaemonRunning of [false, true]) {
  const who = isDaemonRunning ? 'asked of a daemon' : 'of its own';
  test(
    `Ctrl-C ends an export ${who}, and nothing of it is left`,
    { skip: process.platform === 'win32' },
    async (t) => {
      const sandbox = await makeShop(t);
      const large = join(sandbox.root, 'workflow/shop/rejected');
      execFileSync('mkdir', ['-p', large]);
      writeFileSync(join(large, 'large.json'), '');
      truncateSync(join(large, 'large.json'), 8 * 1024 ** 3);
      if (isDaemonRunning) {
        const daemon = sandbox.start('start');
        await once(daemon.stdout, 'data');
      }
      const child = sandbox.start('export', '--archive', 'shop.zip');
      const leftovers = () => readdirSync(sandbox.root).filter((name) => /\.tmp$|\.zip$/.test(name));
      while (leftovers().length === 0 && child.exitCode === null) await sleep(5);
      assert.equal(leftovers().length, 1);
      child.kill('SIGINT');
      const [exit] = (await once(child, 'exit')) as [number];
      assert.equal(exit, 130);
      while (leftovers().length > 0 && isDaemonRunning) await sleep(5);
      assert.deepEqual(leftovers(), []);
    },
  );
}
