import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import {
  findSeen,
  forgetOtherSeen,
  listMovedSeen,
  listReplacedSeen,
  readSeen,
  writeSeen,
} from '../../../daemon/anchors/seen-checkpoint.ts';
import { sha256Hex } from '../../../protocol/digest.ts';

const LOG = 'a'.repeat(32);
const IS_POSIX = process.platform !== 'win32';

function scratch(t: TestContext) {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'reeve-seen-')));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const folder = join(home, 'project');
  mkdirSync(folder);
  const userState = join(home, 'state');
  const fileOf = (project: string): string =>
    join(userState, 'seen', `${LOG}-${sha256Hex(project).slice(0, 16)}.json`);
  return { home, folder, userState, fileOf };
}

function seenAt(project_folder: string, size = 3, logId = LOG) {
  const root = Buffer.alloc(32, size).toString('base64');
  const time = '2026-01-01T00:00:00.000Z';
  return { project_folder, origin: `reeve/${logId}`, size, root, key_id: 'b'.repeat(64), time };
}

describe('what was seen of a log', () => {
  it('is kept for one path, in a file of its own that only the user can read', async (t) => {
    const { folder, userState, fileOf } = scratch(t);
    assert.equal(readSeen(userState, LOG, folder), null);
    await writeSeen(userState, seenAt(folder, 3));
    await writeSeen(userState, seenAt(folder, 4));
    assert.deepEqual(readSeen(userState, LOG, folder), seenAt(folder, 4));
    assert.deepEqual(readdirSync(join(userState, 'seen')), [fileOf(folder).split(/[\\/]/).at(-1)]);
    assert.deepEqual(JSON.parse(readFileSync(fileOf(folder), 'utf8')), { v: 1, ...seenAt(folder, 4) });
    assert.equal(readSeen(userState, 'c'.repeat(32), folder), null);
    if (!IS_POSIX) return;
    assert.equal(statSync(fileOf(folder)).mode & 0o777, 0o600);
    assert.equal(statSync(join(userState, 'seen')).mode & 0o777, 0o700);
  });

  it('is the same through whatever link the project is reached', async (t) => {
    const { home, folder, userState } = scratch(t);
    symlinkSync(folder, join(home, 'link'), 'dir');
    await writeSeen(userState, seenAt(join(home, 'link')));
    assert.deepEqual(readSeen(userState, LOG, folder), seenAt(folder));
  });

  it('follows a project that was moved, and no copy of one that is still there', async (t) => {
    const { home, folder, userState } = scratch(t);
    await writeSeen(userState, seenAt(folder));
    await writeSeen(userState, seenAt(folder, 9, 'c'.repeat(32)));
    const copy = join(home, 'copy');
    mkdirSync(copy);
    assert.deepEqual(findSeen(userState, LOG, copy), []);
    renameSync(folder, join(home, 'moved'));
    assert.deepEqual(findSeen(userState, LOG, join(home, 'moved')), [seenAt(folder)]);
    await writeSeen(userState, seenAt(copy, 5));
    assert.deepEqual(findSeen(userState, LOG, copy), [seenAt(copy, 5)]);
    await forgetOtherSeen(userState, LOG, copy);
    assert.deepEqual(listMovedSeen(userState, LOG), []);
    assert.equal(readdirSync(join(userState, 'seen')).length, 2);
  });

  it('is known when another log has taken its place, until that is accepted', async (t) => {
    const { home, folder, userState } = scratch(t);
    const [other, elsewhere] = ['c'.repeat(32), join(home, 'elsewhere')];
    mkdirSync(elsewhere);
    await writeSeen(userState, seenAt(folder, 4));
    await writeSeen(userState, seenAt(elsewhere, 5));
    assert.deepEqual(listReplacedSeen(userState, LOG, folder), []);
    assert.deepEqual(listReplacedSeen(userState, other, folder), [seenAt(folder, 4)]);
    assert.deepEqual(findSeen(userState, other, folder), []);
    await forgetOtherSeen(userState, other, folder);
    assert.deepEqual(listReplacedSeen(userState, other, folder), []);
    assert.deepEqual(readSeen(userState, LOG, elsewhere), seenAt(elsewhere, 5));
  });

  it('is not taken from what says something else', async (t) => {
    const { folder, userState, fileOf } = scratch(t);
    await writeSeen(userState, seenAt(folder));
    const entry = { v: 1, ...seenAt(folder) };
    const others = [
      '',
      'null',
      '[]',
      '{"v":1}',
      JSON.stringify({ ...entry, v: 2 }),
      JSON.stringify({ ...entry, size: -1 }),
      JSON.stringify({ ...entry, root: 'x' }),
      JSON.stringify({ ...entry, time: 1 }),
      JSON.stringify({ ...entry, origin: `reeve/${'c'.repeat(32)}` }),
      ' '.repeat(70_000) + JSON.stringify(entry),
    ];
    for (const text of others) {
      writeFileSync(fileOf(folder), text);
      assert.throws(() => readSeen(userState, LOG, folder), { code: 'IO_FAILED' }, text.slice(0, 100));
    }
    rmSync(fileOf(folder));
    mkdirSync(fileOf(folder));
    assert.throws(() => readSeen(userState, LOG, folder), { code: 'IO_FAILED' });
  });

  it('is written over what a crash left', async (t) => {
    const { folder, userState, fileOf } = scratch(t);
    await writeSeen(userState, seenAt(folder));
    const left = join(userState, 'seen', `.${fileOf(folder).split(/[\\/]/).at(-1)}.tmp`);
    writeFileSync(left, '{"v":1');
    await writeSeen(userState, seenAt(folder, 4));
    assert.equal(readSeen(userState, LOG, folder)?.size, 4);
    assert.equal(readdirSync(join(userState, 'seen')).length, 1);
  });
});
