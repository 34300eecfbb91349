import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createTimestampQuery, readTimestamp, verifyTimestamp } from '../../../daemon/anchors/timestamp.ts';
import { createTimeAuthority, skipWithout } from '../../helpers/time-authority.ts';

const DATA = Buffer.from('what is stamped\n');

async function makeResponse(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-stamp-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const env = { PATH: process.env['PATH'], HOME: folder };
  const authority = await createTimeAuthority(t);
  const query = await createTimestampQuery(DATA, { cwd: folder, env });
  const [file, queryFile] = [join(folder, 'a.tsr'), join(folder, 'a.tsq')];
  await writeFile(queryFile, query);
  await writeFile(file, await authority.answer(query));
  return { folder, env, authority, file, queryFile, tsaCa: authority.ca };
}

const skip = skipWithout('openssl');

describe('a time stamp', { skip }, () => {
  it('tells its time and its authority once it is verified, with the query or without', async (t) => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    const { file, queryFile, tsaCa, env } = await makeResponse(t);
    for (const query of [{}, { queryFile }]) {
      const stamp = await verifyTimestamp({ file, data: DATA, tsaCa, env, ...query });
      assert.ok('time' in stamp, JSON.stringify(stamp));
      assert.match(stamp.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.ok(Date.parse(stamp.time) >= before && Date.parse(stamp.time) <= Date.now());
      assert.match(stamp.authority, /CN ?= ?Test Time Stamps/);
    }
  });

  it('about something else counts for nothing, whether or not its authority is trusted', async (t) => {
    const { file, tsaCa, env } = await makeResponse(t);
    const other = { file, data: Buffer.from('something else'), env };
    assert.deepEqual(await readTimestamp(other), { problem: 'it is about something else' });
    assert.deepEqual(await verifyTimestamp({ ...other, tsaCa }), { problem: 'it is about something else' });
  });

  it('by an authority that nobody trusts does not verify', async (t) => {
    const { file, env } = await makeResponse(t);
    const other = await createTimeAuthority(t);
    const stamp = await verifyTimestamp({ file, data: DATA, tsaCa: other.ca, env });
    assert.ok('problem' in stamp && stamp.problem.startsWith('the token does not verify'));
  });

  it('that answers another query does not verify: its nonce differs', async (t) => {
    const { folder, file, tsaCa, env } = await makeResponse(t);
    const queryFile = join(folder, 'b.tsq');
    await writeFile(queryFile, await createTimestampQuery(DATA, { cwd: folder, env }));
    const stamp = await verifyTimestamp({ file, data: DATA, tsaCa, env, queryFile });
    assert.ok('problem' in stamp && /nonce/.test(stamp.problem), JSON.stringify(stamp));
  });

  it('with any of some changed bytes, or none at all, is refused', async (t) => {
    const { file, tsaCa, env } = await makeResponse(t);
    const good = await readFile(file);
    for (const at of [0, 5, 60, Math.floor(good.length / 2), good.length - 1]) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ 0xff;
      await writeFile(file, bad);
      assert.ok('problem' in (await verifyTimestamp({ file, data: DATA, tsaCa, env })), `byte ${at}`);
    }
    await writeFile(file, 'no token');
    const stamp = await readTimestamp({ file, data: DATA, env });
    assert.ok('problem' in stamp && stamp.problem.startsWith('it is no time-stamp response'));
  });

  it('that the authority refused to give is told so', async (t) => {
    const { folder, file, authority, env } = await makeResponse(t);
    await writeFile(file, await authority.answer(Buffer.from('no query')));
    const stamp = await readTimestamp({ file, data: DATA, env });
    assert.ok('problem' in stamp && stamp.problem.startsWith('the authority granted none'), folder);
  });

  it('cannot be made or checked where openssl is missing', async (t) => {
    const { folder, file, tsaCa } = await makeResponse(t);
    const env = { PATH: folder, HOME: folder };
    await assert.rejects(createTimestampQuery(DATA, { cwd: folder, env }), { code: 'IO_FAILED' });
    const stamp = await verifyTimestamp({ file, data: DATA, tsaCa, env });
    assert.deepEqual(stamp, { problem: 'openssl is not installed' });
  });
});
