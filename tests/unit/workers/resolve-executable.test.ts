import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { resolveCommand, resolveExecutable } from '../../../daemon/workers/resolve-executable.ts';

/** A folder with `bin/tool` (a program), `bin/data` (not one) and `bin/link` (to the program). */
async function makeFolder(t: TestContext): Promise<{ readonly folder: string; readonly bin: string }> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'reeve-resolve-')));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const bin = path.join(folder, 'bin');
  await mkdir(bin);
  await writeFile(path.join(bin, 'tool'), '#!/bin/sh\n');
  await chmod(path.join(bin, 'tool'), 0o755);
  await writeFile(path.join(bin, 'data'), '');
  await mkdir(path.join(bin, 'folder'));
  await symlink('tool', path.join(bin, 'link'));
  return { folder, bin };
}

test('finds a name on PATH in the order of its folders', async (t) => {
  const { folder, bin } = await makeFolder(t);
  const env = { PATH: [path.join(folder, 'absent'), bin].join(path.delimiter) };
  const file = path.join(bin, 'tool');
  assert.deepEqual(await resolveExecutable('tool', env, folder), { file, realPath: file });
});

test('starts a link under its own name and records where it leads', async (t) => {
  const { folder, bin } = await makeFolder(t);
  assert.deepEqual(await resolveExecutable('link', { PATH: bin }, folder), {
    file: path.join(bin, 'link'),
    realPath: path.join(bin, 'tool'),
  });
});

test('finds a path from the working directory', async (t) => {
  const { folder, bin } = await makeFolder(t);
  assert.equal((await resolveExecutable('./bin/tool', {}, folder))?.file, path.join(bin, 'tool'));
  assert.equal((await resolveExecutable(path.join(bin, 'tool'), {}, '/'))?.file, path.join(bin, 'tool'));
});

test('finds neither folders, nor files that are not programs, nor nothing', async (t) => {
  const { folder, bin } = await makeFolder(t);
  for (const name of ['data', 'folder', 'absent', '', '.', 'a\0b']) {
    assert.equal(await resolveExecutable(name, { PATH: bin }, folder), null, JSON.stringify(name));
  }
  assert.equal(await resolveExecutable('tool', {}, bin), null);
});

test('never takes a program from the working directory by way of PATH', async (t) => {
  const { bin } = await makeFolder(t);
  const fromHere = path.relative(process.cwd(), bin);
  for (const entry of ['', '.', './', path.delimiter, '../bin', fromHere]) {
    assert.equal(await resolveExecutable('tool', { PATH: entry }, bin), null, JSON.stringify(entry));
  }
});

test('takes a stand-in only for a name that is not found', async (t) => {
  const { folder, bin } = await makeFolder(t);
  const options = { env: { PATH: bin }, cwd: folder, interpreters: { absent: 'tool', link: 'absent' } };
  assert.deepEqual((await resolveCommand(['absent', '-x'], options))?.argv, ['tool', '-x']);
  assert.deepEqual((await resolveCommand(['link'], options))?.argv, ['link']);
  assert.equal(await resolveCommand(['constructor'], options), null);
  assert.equal(await resolveCommand([], options), null);
});
