import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createCliUser, dataOf } from '../../helpers/cli-user.ts';
import { skipWithout } from '../../helpers/time-authority.ts';

interface Shown {
  readonly anchors: readonly { kind: string; by: string; size: number; result: string }[];
  readonly notes: readonly string[];
}

describe('reeve sign-off', { skip: skipWithout('ssh-keygen') }, () => {
  it("records a person's signature, made with the key in ~/.ssh or the one named", async (t) => {
    const { reeve, home, folder, lines } = await createCliUser(t);
    const missing = await reeve('sign-off');
    assert.equal(missing.exit, 1);
    assert.match(missing.stderr, /--ssh-key/);
    const keys = [join(home, '.ssh', 'id_ed25519'), join(home, 'audit')];
    await mkdir(join(home, '.ssh'), { mode: 0o700 });
    for (const [index, key] of keys.entries()) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'x', '-f', key]);
      const line = `person${index} ${await readFile(`${key}.pub`, 'utf8')}`;
      await writeFile(join(home, 'allowed'), line, { flag: 'a' });
    }
    const size = await lines();
    assert.equal((await reeve('sign-off')).exit, 0);
    assert.equal((await reeve('sign-off', '--ssh-key', keys[1] ?? '')).exit, 0);
    const { anchors } = await dataOf<Shown>(
      reeve('anchor', 'show', '--allowed-signers', join(home, 'allowed'), '--json'),
    );
    const signed = anchors.filter(({ kind }) => kind === 'ssh_signature');
    assert.deepEqual(
      signed.map(({ by, size: covered, result }) => [by, covered, result]),
      [
        ['person1', size + 1, 'consistent'],
        ['person0', size, 'consistent'],
      ],
    );
    assert.equal(
      (await readFile(join(folder, 'events.jsonl'), 'utf8')).match(/"kind":"ssh_signature"/g)?.length,
      2,
    );
  });
});
