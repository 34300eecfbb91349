import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { parseSignedCheckpoint } from '../../../protocol/checkpoint.ts';
import { isNoteSignedBy, parseVerifierKey } from '../../../protocol/signed-note.ts';
import { createSandbox, type Ended } from './run-reeve.ts';

/** A repository whose user keeps state in a folder beside it. */
async function createUser(t: TestContext) {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'reeve-user-')));
  t.after(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  const state = join(home, 'state');
  const sandbox = await createSandbox(t, { env: { HOME: home, REEVE_USER_STATE: state } });
  return { ...sandbox, home, state, keyFile: join(state, 'signing-key.pem') };
}

function dataOf({ stdout }: Ended): unknown {
  return (JSON.parse(stdout) as { readonly data: unknown }).data;
}

interface Shown {
  readonly key_id: string;
  readonly public_key: string;
  readonly pem: string;
  readonly projects: readonly { project_id: string; key_id: string | null; vkey: string | null }[];
}

const CLOSE_UNKNOWN = ['close', 'T-1', '--status', 'abandoned', '--detail', 'no longer needed'];

describe('reeve key', () => {
  it('makes a key once, shows it to verifiers, and replaces it', async (t) => {
    const { reeve, keyFile, root } = await createUser(t);
    const shownBefore = await reeve('key', 'show', '--json');
    assert.equal(shownBefore.exit, 1);
    assert.match(shownBefore.stdout, /NOT_FOUND.*reeve key create/);
    const made = await reeve('key', 'create', '--json');
    assert.equal(made.exit, 0, made.stderr);
    const { key_id, file } = dataOf(made) as { readonly key_id: string; readonly file: string };
    assert.equal(file, keyFile);
    const again = await reeve('key', 'create');
    assert.equal(again.exit, 1);
    assert.match(again.stderr, /already.*\n.*reeve key rotate/);

    const run = 'T-1_20260101T000000Z_ab12';
    const attempt = ['attempt', 'T-1', '--run', run, '--step', 'S1', '--result', 'FAIL'];
    assert.equal((await reeve(...attempt, '--reason', 'COMMAND_FAILED', '--detail', 'x')).exit, 0);
    const shown = dataOf(await reeve('key', 'show', '--json')) as Shown;
    assert.equal(shown.key_id, key_id);
    assert.match(shown.pem, /^-----BEGIN PUBLIC KEY-----\n/);
    const [project] = shown.projects;
    const verifier = parseVerifierKey(project?.vkey ?? '');
    const note = await readFile(join(root, 'workflow/default/checkpoint'), 'utf8');
    const checkpoint = parseSignedCheckpoint(note);
    assert.ok(verifier !== null && checkpoint !== null);
    assert.ok(isNoteSignedBy(checkpoint.note, verifier.name, verifier.publicKey));

    const rotated = await reeve('key', 'rotate');
    assert.equal(rotated.exit, 0, rotated.stderr);
    assert.match(rotated.stdout, /when a project is next opened/);
    const between = dataOf(await reeve('key', 'show', '--json')) as Shown;
    assert.deepEqual([between.projects[0]?.key_id, between.key_id === key_id], [key_id, false]);
    assert.match((await reeve('key', 'show')).stdout, /another key, until it is next opened/);
    assert.equal((await reeve(...CLOSE_UNKNOWN)).exit, 0);
    const after = dataOf(await reeve('key', 'show', '--json')) as Shown;
    assert.equal(after.projects[0]?.key_id, after.key_id);
  });

  it('knows no other action', async (t) => {
    const { reeve, home } = await createUser(t);
    assert.equal((await reeve('key', 'delete')).exit, 2);
    assert.deepEqual(await readdir(home), []);
  });

  it('is refused by every writer, and by the doctor, while others can read it', async (t) => {
    if (process.platform === 'win32') return t.skip('needs file modes, which Windows has not');
    const { reeve, keyFile, root } = await createUser(t);
    await reeve('key', 'create');
    await chmod(keyFile, 0o644);
    const start = await reeve('start', '--once', '--json');
    assert.equal(start.exit, 1);
    assert.match(start.stdout, /"KEY_UNSAFE".*chmod 600/);
    const doctor = await reeve('doctor');
    assert.equal(doctor.exit, 1);
    assert.match(doctor.stdout, /✗ signing key: .*\n +→ chmod 600/);
    assert.deepEqual(await readdir(join(root, 'workflow')), ['.gitattributes', '.gitignore']);
  });
});

describe('reeve init', () => {
  it('makes the key where there is none, and keeps the one there is', async (t) => {
    const { reeve, keyFile } = await createUser(t);
    const first = await reeve('init');
    assert.match(first.stdout, /made the key [0-9a-f]{12}/);
    assert.ok(first.stdout.includes(keyFile));
    const key = await readFile(keyFile, 'utf8');
    const second = await reeve('init', '--json');
    assert.equal((dataOf(second) as { readonly key: { readonly state: string } }).key.state, 'kept');
    assert.equal(await readFile(keyFile, 'utf8'), key);
    assert.match((await reeve('doctor')).stdout, /✓ signing key: [0-9a-f]{12} in /);
  });

  it('makes none on request, or where it would lie inside of the repository, and says so', async (t) => {
    const user = await createUser(t);
    const unwanted = await user.reeve('init', '--no-key');
    assert.match(unwanted.stdout, /! no signing key/);
    assert.deepEqual(await readdir(user.home), []);
    const doctor = await user.reeve('doctor');
    assert.match(doctor.stdout, /! signing key: .*\n +→ .*reeve key create/);
    const inside = await createSandbox(t);
    const init = await inside.reeve('init');
    assert.equal(init.exit, 0);
    assert.match(init.stdout, /! no signing key, .* lies inside of .*REEVE_USER_STATE/);
  });

  it('keeps git from changing line ends in what is hashed', async (t) => {
    const { reeve, git, write, root } = await createUser(t);
    await reeve('init');
    await writeFile(join(root, 'workflow/.gitignore'), '');
    await write('workflow/default/events.jsonl', '{}\n');
    const attributes = await git(
      'check-attr',
      'text',
      'workflow/default/events.jsonl',
      'workflow/default/checkpoint',
    );
    assert.equal(attributes.match(/text: unset/g)?.length, 2);
  });
});
