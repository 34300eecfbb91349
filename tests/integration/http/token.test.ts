import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ensureToken, isToken, readToken } from '../../../daemon/http/token.ts';
import { ReeveError } from '../../../protocol/errors.ts';

const isWindows = process.platform === 'win32';

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'reeve-token-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

function refusal(reason: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof ReeveError);
    assert.equal(error.code, 'CONFIG_INVALID');
    assert.match(error.message, reason);
    assert.ok(error.hint);
    return true;
  };
}

test('makes a token of 32 random bytes, private, with no rest of its making', async (t) => {
  const root = await folder(t);
  const file = join(root, 'state', 'token');
  const token = await ensureToken(file);
  assert.match(token, /^[0-9a-f]{64}$/);
  assert.equal(await readFile(file, 'utf8'), `${token}\n`);
  assert.deepEqual(await readdir(join(root, 'state')), ['token']);
  if (!isWindows) assert.equal((await stat(file)).mode & 0o777, 0o600);
});

test('keeps the token it finds', async (t) => {
  const file = join(await folder(t), 'token');
  const token = await ensureToken(file);
  assert.equal(await ensureToken(file), token);
  assert.equal(await readToken(file), token);
});

test('many at once agree on one token', async (t) => {
  const root = await folder(t);
  const tokens = await Promise.all(Array.from({ length: 30 }, () => ensureToken(join(root, 'token'))));
  assert.equal(new Set(tokens).size, 1);
  assert.deepEqual(await readdir(root), ['token']);
});

test('refuses a token file that others can read', { skip: isWindows }, async (t) => {
  const file = join(await folder(t), 'token');
  await ensureToken(file);
  for (const mode of [0o644, 0o640, 0o620, 0o601]) {
    await chmod(file, mode);
    await assert.rejects(ensureToken(file), refusal(/can be read by others/), mode.toString(8));
  }
});

test('refuses a symbolic link, even to a good token, and a folder', { skip: isWindows }, async (t) => {
  const root = await folder(t);
  await ensureToken(join(root, 'real'));
  await symlink(join(root, 'real'), join(root, 'link'));
  await symlink(join(root, 'nothing'), join(root, 'dangling'));
  await mkdir(join(root, 'folder'));
  for (const name of ['link', 'dangling', 'folder']) {
    await assert.rejects(ensureToken(join(root, name)), refusal(/is not a regular file/), name);
  }
});

test('refuses a file that holds no token', async (t) => {
  const file = join(await folder(t), 'token');
  for (const content of [
    '',
    'short',
    'g'.repeat(64),
    'a'.repeat(65),
    `${'a'.repeat(64)}\n${'b'.repeat(64)}`,
  ]) {
    await writeFile(file, content, { mode: 0o600 });
    await assert.rejects(ensureToken(file), refusal(/does not hold a token/), content);
  }
});

test('there is no token before one is made', async (t) => {
  assert.equal(await readToken(join(await folder(t), 'token')), null);
});

test('only the very token is the token', () => {
  const token = 'a'.repeat(64);
  assert.ok(isToken(token, token));
  for (const other of ['', 'a', 'a'.repeat(63), 'a'.repeat(65), 'A'.repeat(64)])
    assert.ok(!isToken(other, token));
});
