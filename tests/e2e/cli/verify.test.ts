import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createSandbox, type Ended, type Sandbox } from './run-reeve.ts';

interface SignedSandbox extends Sandbox {
  readonly userState: string;
  /** The project folder. */
  readonly project: string;
  verify(...args: readonly string[]): Promise<Ended & { readonly first: string }>;
}

/** A repository with a key in a folder of its own, and one task done. */
async function signed(t: TestContext): Promise<SignedSandbox> {
  const userState = join(mkdtempSync(join(tmpdir(), 'reeve-state-')), 'reeve');
  t.after(() => rmSync(join(userState, '..'), { recursive: true, force: true }));
  const sandbox = await createSandbox(t, { env: { REEVE_USER_STATE: userState } });
  assert.equal((await sandbox.reeve('init', '--example')).exit, 0);
  const { exit, stderr } = await sandbox.reeve('run', 'examples/hello.json');
  assert.equal(exit, 0, stderr);
  const project = join(sandbox.root, 'workflow', 'default');
  return {
    ...sandbox,
    userState,
    project,
    async verify(...args) {
      const ended = await sandbox.reeve('verify', ...args);
      return { ...ended, first: ended.stdout.split(', project')[0] ?? '' };
    },
  };
}

function checkpointSize({ project }: SignedSandbox): string {
  return readFileSync(join(project, 'checkpoint'), 'utf8').split('\n')[1] ?? '';
}

/** Every path below some folders with its size and times. */
function look(...folders: readonly string[]): readonly string[] {
  return folders.flatMap((folder) =>
    ['.', ...readdirSync(folder, { recursive: true }).map(String)].map((path) => {
      const { size, mtimeMs, ctimeMs } = statSync(join(folder, path));
      return `${path} ${size} ${mtimeMs} ${ctimeMs}`;
    }),
  );
}

describe('reeve verify', () => {
  it('answers ANCHORED by whom and when, and writes nothing anywhere', async (t) => {
    const sandbox = await signed(t);
    const before = look(sandbox.project, sandbox.userState);
    const { exit, stdout, first, stderr } = await sandbox.verify('--strict');
    assert.deepEqual({ exit, stderr }, { exit: 0, stderr: '' }, stdout);
    assert.match(first, /^ANCHORED \((?:user state|git note on [0-9a-f]{12}), \d{4}-.*Z\)$/);
    assert.match(stdout, /checkpoint at \d+, signed by key [0-9a-f]{12}/);
    assert.match(stdout, /✓ user state, .*: agrees on \d+ lines/);
    assert.deepEqual(look(sandbox.project, sandbox.userState), before);
  });

  it('misses a project that was deleted as a whole', async (t) => {
    const sandbox = await signed(t);
    rmSync(sandbox.project, { recursive: true });
    const { exit, first, stdout } = await sandbox.verify();
    assert.deepEqual({ exit, first }, { exit: 9, first: 'TRUNCATED' }, stdout);
    assert.equal((await sandbox.verify('--no-anchors')).exit, 0);
  });

  it('holds nothing against a copy that goes its own way, nor against what it was copied from', async (t) => {
    const sandbox = await signed(t);
    const archive = join(sandbox.root, 'a.zip');
    assert.equal((await sandbox.reeve('export', '--archive', archive)).exit, 0);
    assert.equal((await sandbox.reeve('import', '--archive', archive, '--as', 'copy')).exit, 0);
    const pack = readFileSync(join(sandbox.root, 'examples/hello.json'), 'utf8');
    await sandbox.write('again.json', pack.replace('HELLO-1', 'HELLO-2'));
    assert.equal((await sandbox.reeve('run', 'again.json')).exit, 0);
    const { exit, stdout } = await sandbox.verify('--strict');
    assert.equal(exit, 0, stdout);
    assert.match(stdout, /is about project default, a copy of the same log/);
  });

  it('does not pass over a proof that it was asked to check', async (t) => {
    const sandbox = await signed(t);
    await sandbox.write('nobody', '');
    const anchors = join(sandbox.project, 'anchors');
    mkdirSync(anchors);
    cpSync(join(sandbox.project, 'checkpoint'), join(anchors, `${checkpointSize(sandbox)}.checkpoint`));
    writeFileSync(join(anchors, `${checkpointSize(sandbox)}.${'0'.repeat(16)}.sig`), 'no signature');
    assert.deepEqual((await sandbox.verify()).exit, 0);
    assert.deepEqual((await sandbox.verify('--strict')).exit, 1);
    const { exit, stdout } = await sandbox.verify('--allowed-signers', 'nobody');
    assert.equal(exit, 3, stdout);
    assert.match(stdout, /✗ anchors\/\d+\.0{16}\.sig/);
  });

  it('works on a read-only mount', async (t) => {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return t.skip('needs root and mount');
    const sandbox = await signed(t);
    try {
      execFileSync('mount', ['--bind', sandbox.root, sandbox.root], { stdio: 'pipe' });
    } catch {
      return t.skip('mounting is not allowed here');
    }
    try {
      execFileSync('mount', ['-o', 'remount,bind,ro', sandbox.root]);
      const { exit, first, stderr } = await sandbox.verify();
      assert.equal(exit, 0, stderr);
      assert.match(first, /^ANCHORED /);
    } finally {
      execFileSync('umount', [sandbox.root]);
    }
    return undefined;
  });

  it('creates no user state', async (t) => {
    const sandbox = await signed(t);
    rmSync(sandbox.userState, { recursive: true });
    const { exit } = await sandbox.verify();
    assert.equal(exit, 0);
    assert.throws(() => statSync(sandbox.userState), { code: 'ENOENT' });
  });

  it('takes notes and keys from elsewhere, each form of a key, and a note from standard input', async (t) => {
    const sandbox = await signed(t);
    const { stdout: note } = await sandbox.reeve('anchor', 'note');
    await sandbox.write('kept.note', note);
    writeFileSync(join(sandbox.userState, 'public.pem'), publicPem(sandbox));
    const listed = JSON.parse((await sandbox.reeve('key', 'show', '--json')).stdout) as {
      data: { key_id: string; projects: readonly { vkey: string }[] };
    };
    const { key_id, projects } = listed.data;
    const keys = [key_id, projects[0]?.vkey ?? '', join(sandbox.userState, 'public.pem')];
    const given = keys.flatMap((key) => ['--key', key]);
    const { exit, stdout } = await sandbox.verify('--anchor', 'kept.note', ...given);
    assert.equal(exit, 0, stdout);
    assert.match(stdout, /✓ note .*kept\.note: agrees on/);
    const untrusted = await sandbox.verify('--key', 'a'.repeat(64), '--no-anchors');
    assert.deepEqual({ exit: untrusted.exit, first: untrusted.first }, { exit: 6, first: 'TAMPERED' });
    assert.equal((await sandbox.verify('--key', 'nonsense')).exit, 2);
    assert.equal((await sandbox.verify('--anchor', 'kept.note', '--no-anchors')).exit, 2);
    await sandbox.write('other.note', note.replace(/\/..../, '/0000'));
    const stray = await sandbox.verify('--anchor', 'other.note');
    assert.equal(stray.exit, 3);
    assert.match(
      stray.stdout,
      /other\.note is about reeve\/0000\w+, which is none of the logs verified here/,
    );
  });

  it('gives each verdict its exit status and its words', async (t) => {
    const sandbox = await signed(t);
    const { project } = sandbox;
    const log = join(project, 'events.jsonl');
    const is = async (expected: number, words: RegExp, ...args: readonly string[]): Promise<void> => {
      const { exit, first, stdout } = await sandbox.verify(...args);
      assert.equal(exit, expected, stdout);
      assert.match(first, words);
    };
    await is(0, /^UNANCHORED \d+$/, '--no-anchors');
    await is(8, /^UNANCHORED \d+$/, '--no-anchors', '--strict');
    const backup = join(sandbox.userState, 'backup');
    cpSync(project, backup, { recursive: true });
    const restore = (from: string): void => {
      rmSync(project, { recursive: true });
      cpSync(from, project, { recursive: true });
    };
    const retitled = readFileSync(log, 'utf8').replace('HELLO-1', 'HELLO-2');
    writeFileSync(log, retitled);
    await is(6, /^TAMPERED at events\.jsonl line \d+$/);
    restore(backup);
    rmSync(join(project, 'checkpoint'));
    await is(3, /^CANNOT VERIFY$/);
    restore(backup);
    rmSync(log);
    await is(9, /^TRUNCATED$/);
    restore(backup);
    const { exit, stderr } = await sandbox.reeve('attempt', 'T-9', '--run', RUN, ...ATTEMPT);
    assert.equal(exit, 0, stderr);
    await is(0, /^ANCHORED/, 'T-9');
    restore(backup);
    await is(10, /^ROLLED BACK$/);
    await is(0, /^UNANCHORED/, '--no-anchors');
  });

  it('verifies an archive against notes and keys as well', async (t) => {
    const sandbox = await signed(t);
    const { stdout: note } = await sandbox.reeve('anchor', 'note');
    await sandbox.write('kept.note', note);
    assert.equal((await sandbox.reeve('export', '--archive', 'a.zip')).exit, 0);
    const { exit, stdout } = await sandbox.verify('--archive', 'a.zip', '--anchor', 'kept.note');
    assert.equal(exit, 0, stdout);
    assert.match(stdout, /✓ note .*kept\.note: agrees on/);
    assert.equal((await sandbox.verify('--archive', 'a.zip', '--key', 'a'.repeat(64))).exit, 6);
  });
});

const RUN = 'T-9_20260101T000000Z_ab12cd3';

const ATTEMPT = [
  '--step',
  'S1',
  '--result',
  'FAIL',
  '--reason',
  'COMMAND_FAILED',
  '--detail',
  'no',
  '--title',
  'T',
];

function publicPem({ userState }: SignedSandbox): string {
  const key = join(userState, 'signing-key.pem');
  return execFileSync(process.execPath, [
    '-e',
    "process.stdout.write(require('node:crypto').createPublicKey(require('node:fs').readFileSync(process.argv[1])).export({type:'spki',format:'pem'}))",
    key,
  ]).toString();
}
