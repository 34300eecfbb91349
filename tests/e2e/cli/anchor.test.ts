import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ATTEMPT, dataOf } from '../../helpers/cli-user.ts';
import { skipWithout } from '../../helpers/time-authority.ts';
import { createSandbox } from './run-reeve.ts';

/** A signed project of a few lines, of a user whose state lies outside of the repository. */
async function createUser(t: TestContext) {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'reeve-user-')));
  t.after(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  const sandbox = await createSandbox(t, { env: { HOME: home, REEVE_USER_STATE: join(home, 'state') } });
  for (const args of [['key', 'create'], ATTEMPT]) {
    const { exit, stderr } = await sandbox.reeve(...args);
    assert.equal(exit, 0, stderr);
  }
  return { ...sandbox, home };
}

describe('anchors at a real command line', () => {
  it('are read from standard input', async (t) => {
    const { reeve, start } = await createUser(t);
    const child = start('anchor', 'show', '--anchor', '-', '--json');
    child.stdin.end((await reeve('anchor', 'note')).stdout);
    let stdout = '';
    for await (const chunk of child.stdout) stdout += String(chunk);
    const { data } = JSON.parse(stdout) as { readonly data: { readonly anchors: readonly object[] } };
    assert.deepEqual(
      data.anchors.map((anchor) => Object.entries(anchor).slice(0, 2)).at(-1),
      Object.entries({ kind: 'note', by: 'standard input' }),
    );
  });

  it('are recorded through a running daemon', { skip: skipWithout('ssh-keygen') }, async (t) => {
    const { reeve, start, home } = await createUser(t);
    const key = join(home, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const daemon = start('start');
    daemon.stderr.resume();
    await once(daemon.stdout, 'data');
    const signed = reeve('sign-off', '--ssh-key', key, '--json');
    const { event } = await dataOf<{ event: { type: string; actor: { kind: string } } }>(
      signed.then(({ exit, ...rest }) => ({ exit: exit ?? -1, ...rest })),
    );
    assert.deepEqual([event.type, event.actor.kind], ['checkpoint.anchored', 'person']);
    assert.equal((await reeve('stop')).exit, 0);
  });
});
