import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ATTEMPT, CLOSE, createCliUser, dataOf } from '../../helpers/cli-user.ts';
import { createTimeAuthority, skipWithout } from '../../helpers/time-authority.ts';

interface Shown {
  readonly anchors: readonly { kind: string; by: string; size: number; result: string }[];
  readonly notes: readonly string[];
}

describe('reeve anchor', () => {
  it('prints the note alone, which then is an anchor that the log is consistent with', async (t) => {
    const { reeve, lines, write } = await createCliUser(t);
    const note = await reeve('anchor', 'note');
    assert.match(note.stdout, new RegExp(`^reeve/[0-9a-f]{32}\n${await lines()}\n[A-Za-z0-9+/]{43}=\n$`));
    const signed = await reeve('anchor', 'note', '--signed');
    assert.ok(signed.stdout.startsWith(`${note.stdout}\n— reeve/`));
    await write('note.txt', note.stdout);
    await write('signed.txt', signed.stdout);
    const shown = await dataOf<Shown>(
      reeve('anchor', 'show', '--anchor', 'note.txt', '--anchor', 'signed.txt', '--json'),
    );
    assert.deepEqual(
      shown.anchors.map(({ kind, size, result }) => [kind, size, result]),
      [
        ['user_state', await lines(), 'consistent'],
        ['note', await lines(), 'consistent'],
        ['note', await lines(), 'consistent'],
      ],
    );
  });

  it('tells which anchors a log is behind, contradicts or has nothing to do with', async (t) => {
    const { reeve, lines, write } = await createCliUser(t);
    const size = await lines();
    const [origin = ''] = (await reeve('anchor', 'note')).stdout.split('\n');
    const other = Buffer.alloc(32).toString('base64');
    const notes = [`${origin}\n${size}\n${other}\n`, `${origin}\n${size + 1}\n${other}\n`];
    notes.push(`reeve/${'0'.repeat(32)}\n1\n${other}\n`);
    for (const [index, note] of notes.entries()) await write(`${index}.txt`, note);
    const files = notes.flatMap((_, index) => ['--anchor', `${index}.txt`]);
    const { anchors } = await dataOf<Shown>(reeve('anchor', 'show', '--json', ...files));
    const results = anchors.map(({ result }) => result);
    assert.deepEqual(results, ['consistent', 'conflicting', 'ahead', 'other_log']);
  });

  it(
    'asks an authority, records its token and shows it verified',
    { skip: skipWithout('openssl') },
    async (t) => {
      const { reeve, folder, lines } = await createCliUser(t);
      const size = await lines();
      const authority = await createTimeAuthority(t);
      const { url, types } = await authority.serve();
      const stamped = await reeve('anchor', 'tsa', '--url', url, '--tsa-ca', authority.ca, '--json');
      const { event, verified } = await dataOf<{ event: { type: string }; verified: boolean }>(stamped);
      assert.equal(event.type, 'checkpoint.anchored');
      assert.equal(verified, true);
      assert.deepEqual(types, ['application/timestamp-query']);
      const names = ['-data', `${size}.checkpoint`, '-in', `${size}.tsr`];
      execFileSync('openssl', ['ts', '-verify', ...names, '-CAfile', authority.ca], {
        cwd: join(folder, 'anchors'),
        stdio: 'pipe',
      });
      const shown = await dataOf<Shown>(reeve('anchor', 'show', '--tsa-ca', authority.ca, '--json'));
      const token = shown.anchors.find(({ kind }) => kind === 'rfc3161');
      assert.deepEqual([token?.size, token?.result], [size, 'consistent']);
    },
  );

  it('is stamped in two steps where there is no network', { skip: skipWithout('openssl') }, async (t) => {
    const { reeve, folder, lines, write, read } = await createCliUser(t);
    const size = await lines();
    const authority = await createTimeAuthority(t);
    assert.equal((await reeve('anchor', 'tsa', '--query', 'q.tsq')).exit, 0);
    const overwritten = await reeve('anchor', 'tsa', '--query', 'q.tsq');
    assert.equal(overwritten.exit, 1);
    await write('r.tsr', await authority.answer(await read('q.tsq')));
    const reply = ['anchor', 'tsa', '--query', 'q.tsq', '--reply', 'r.tsr'];
    assert.equal((await reeve(...reply, '--tsa-ca', authority.ca)).exit, 0);
    const kept = await readFile(join(folder, 'anchors', `${size}.tsr`));
    assert.deepEqual(kept, await read('r.tsr'));
  });

  it(
    'records no token that is about something else, or by nobody trusted',
    { skip: skipWithout('openssl') },
    async (t) => {
      const { reeve, root, lines, write, read } = await createCliUser(t);
      const before = await lines();
      const [authority, other] = [await createTimeAuthority(t), await createTimeAuthority(t)];
      await reeve('anchor', 'tsa', '--query', 'a.tsq');
      execFileSync('openssl', ['ts', '-query', '-data', 'a.tsq', '-sha256', '-cert', '-out', 'b.tsq'], {
        cwd: root,
        stdio: 'pipe',
      });
      await write('b.tsr', await authority.answer(await read('b.tsq')));
      const elsewhere = await reeve('anchor', 'tsa', '--query', 'a.tsq', '--reply', 'b.tsr');
      assert.equal(elsewhere.exit, 6);
      assert.match(elsewhere.stderr, /about something else/);
      const { url } = await authority.serve();
      const untrusted = await reeve('anchor', 'tsa', '--url', url, '--tsa-ca', other.ca);
      assert.equal(untrusted.exit, 6);
      assert.match(untrusted.stderr, /does not verify/);
      assert.equal(await lines(), before);
    },
  );

  it(
    'gives up on an authority that answers without end, with an error, or not at all',
    { skip: skipWithout('openssl') },
    async (t) => {
      const { reeve } = await createCliUser(t);
      const authority = await createTimeAuthority(t);
      const endless = await authority.serve(async () => Buffer.alloc(1_000_000));
      const failing = await authority.serve(() => Promise.reject(new Error('no')));
      const cases = [
        [endless.url, 1, /more than 32768 bytes/],
        [failing.url, 1, /status 500/],
        ['http://127.0.0.1:9/', 1, /gave no time stamp/],
        ['ftp://127.0.0.1/', 2, /no web address/],
      ] as const;
      for (const [url, exit, message] of cases) {
        const ended = await reeve('anchor', 'tsa', '--url', url);
        assert.equal(ended.exit, exit, ended.stderr);
        assert.match(ended.stderr, message);
      }
    },
  );

  it('is reset only where the ledger does not continue what was seen of it', async (t) => {
    const { reeve, folder } = await createCliUser(t);
    const before = await readFile(join(folder, 'events.jsonl'));
    assert.equal((await reeve('anchor', 'reset')).exit, 2);
    const needless = await reeve('anchor', 'reset', '--reason', 'x');
    assert.equal(needless.exit, 1);
    assert.match(needless.stderr, /nothing is to be reset/);
    const log = join(folder, 'tasks', 'T-1', 'events.jsonl');
    const task = await readFile(log);
    const checkpoint = await readFile(join(folder, 'checkpoint'));
    assert.equal((await reeve(...CLOSE)).exit, 0);
    await writeFile(join(folder, 'events.jsonl'), before);
    await writeFile(log, task);
    await writeFile(join(folder, 'checkpoint'), checkpoint);
    assert.match((await reeve(...CLOSE)).stderr, /reeve anchor reset --reason|anchor reset/);
    const accepted = await reeve('anchor', 'reset', '--reason', 'restored a backup', '--json');
    const { seen, now } = await dataOf<{ seen: { size: number }; now: { size: number } }>(accepted);
    assert.ok(seen.size > 0 && now.size > 0);
    assert.match(await readFile(join(folder, 'events.jsonl'), 'utf8'), /restored a backup/);
    assert.equal((await reeve(...CLOSE)).exit, 0);
  });

  it('says what it can do, and that nothing is signed without a key', async (t) => {
    const { reeve } = await createCliUser(t, { bare: true });
    assert.equal((await reeve('anchor', 'nonsense')).exit, 2);
    assert.equal((await reeve('anchor', 'tsa')).exit, 2);
    assert.match((await reeve('anchor', 'note')).stderr, /There is no project default/);
    await reeve(...ATTEMPT);
    assert.equal((await reeve('anchor', 'note')).exit, 0);
    assert.match((await reeve('anchor', 'note', '--signed')).stderr, /reeve key create/);
    assert.match((await reeve('sign-off', '--ssh-key', 'x')).stderr, /reeve key create/);
  });
});
