import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLOSE, createCliUser, dataOf } from '../../helpers/cli-user.ts';

describe('reeve prove-event', () => {
  it('proves an event to somebody who has the proof and a note, and nothing else', async (t) => {
    const { reeve, write, read, forget } = await createCliUser(t);
    assert.equal((await reeve('prove-event', 'T-1', '2', '--output', 'proof.json')).exit, 0);
    await write('note.txt', (await reeve('anchor', 'note')).stdout);
    const { projects } = await dataOf<{ projects: readonly { vkey: string }[] }>(
      reeve('key', 'show', '--json'),
    );
    await forget();
    const trust = ['--anchor', 'note.txt', '--key', projects[0]?.vkey ?? ''];
    const checked = await reeve('prove-event', '--check', 'proof.json', ...trust, '--json');
    const proved = await dataOf<{
      event: { task_id: string; seq: number };
      key_trusted: boolean;
      anchored: boolean;
    }>(checked);
    assert.deepEqual([proved.event.task_id, proved.event.seq], ['T-1', 2]);
    assert.deepEqual([proved.key_trusted, proved.anchored], [true, true]);
    const proof = (await read('proof.json')).toString();
    await write('proof.json', proof.replace('"size":', '"size":1'));
    const refused = await reeve('prove-event', '--check', 'proof.json');
    assert.equal(refused.exit, 6);
    assert.match(refused.stderr, /The proof does not hold: its checkpoint is of another size/);
  });

  it('proves an event of the project log, and prints the proof itself', async (t) => {
    const { reeve, write } = await createCliUser(t);
    const { stdout } = await reeve('prove-event', '--project-log', '1');
    await write('proof.json', stdout);
    const checked = await reeve('prove-event', '--check', 'proof.json', '--json');
    assert.equal((await dataOf<{ event: { type: string } }>(checked)).event.type, 'project.created');
  });

  it('proves against an older note that somebody holds', async (t) => {
    const { reeve, write } = await createCliUser(t);
    await write('note.txt', (await reeve('anchor', 'note')).stdout);
    assert.equal((await reeve(...CLOSE)).exit, 0);
    const made = await reeve('prove-event', 'T-1', '1', '--output', 'new.json');
    assert.equal(made.exit, 0);
    const newer = await reeve('prove-event', '--check', 'new.json', '--anchor', 'note.txt');
    assert.match(newer.stderr, /have one made for the anchor/);
    await reeve('prove-event', 'T-1', '1', '--anchor', 'note.txt', '--output', 'old.json');
    const older = await reeve('prove-event', '--check', 'old.json', '--anchor', 'note.txt', '--json');
    assert.equal((await dataOf<{ anchored: boolean }>(older)).anchored, true);
    const beyond = await reeve('prove-event', 'T-1', '3', '--anchor', 'note.txt');
    assert.equal(beyond.exit, 1);
    assert.match(beyond.stderr, /does not cover event 3 of task T-1\.\n.*reeve anchor note --signed/);
  });

  it('refuses an event that does not exist, a note of another log, and words that make no sense', async (t) => {
    const { reeve, write } = await createCliUser(t);
    assert.match((await reeve('prove-event', 'T-1', '99')).stderr, /has no event 99/);
    assert.match((await reeve('prove-event', 'T-9', '1')).stderr, /no task T-9/);
    assert.match((await reeve('prove-event', '--project-log', '99')).stderr, /does not cover line 99/);
    for (const args of [['T-1'], ['T-1', '0'], [], ['--project-log'], ['--project-log', 'T-1', '1']]) {
      assert.equal((await reeve('prove-event', ...args)).exit, 2, args.join(' '));
    }
    await write('note.txt', `reeve/${'0'.repeat(32)}\n1\n${Buffer.alloc(32).toString('base64')}\n`);
    const other = await reeve('prove-event', 'T-1', '1', '--anchor', 'note.txt');
    assert.equal(other.exit, 6);
    assert.equal((await reeve('prove-event', 'T-1', '1', '--check', 'note.txt')).exit, 2);
  });
});
