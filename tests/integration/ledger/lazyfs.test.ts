import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { assertIntact } from '../../helpers/assert-intact.ts';
import { collect, scratchFolder, withLedger } from '../../helpers/ledger-fixture.ts';

const PROGRAM = fileURLToPath(new URL('../../fixtures/ledger/append-until-killed.ts', import.meta.url));
const ROUNDS = 5;

const scratch = scratchFolder();

/**
 * LazyFS (github.com/dsrhaslab/lazyfs) is a FUSE file system that keeps what is written to itself until it is synced, and
 * forgets it on request. It has to be built from its sources, so this runs only where somebody has done so;
 * crash-images.test.ts shows the same and more on any Linux with strace.
 */
it('fault 27: a file system that forgets what was not synced loses no acknowledged event', async (t) => {
  if (spawnSync('lazyfs', ['--help']).error !== undefined) return t.skip('lazyfs is not installed');
  if (!existsSync('/dev/fuse')) return t.skip('there is no /dev/fuse');
  const [mount, disk, faults] = [join(scratch, 'mount'), join(scratch, 'disk'), join(scratch, 'faults')];
  for (const folder of [mount, disk]) mkdirSync(folder);
  const config = join(scratch, 'lazyfs.toml');
  writeFileSync(
    config,
    `[faults]\nfifo_path="${faults}"\n[cache]\napply_eviction=false\n[cache.simple]\ncustom_size="0.2GB"\n` +
      `blocks_per_page=1\n[filesystem]\nlog_all_operations=false\nlogfile=""\n`,
  );
  const options = ['-o', 'modules=subdir', '-o', `subdir=${disk}`, '-f'];
  const lazyfs = spawn('lazyfs', [mount, '--config-path', config, ...options], { stdio: 'ignore' });
  const ended = once(lazyfs, 'exit');
  t.after(async () => {
    spawnSync('umount', ['-l', mount]);
    lazyfs.kill();
    await ended;
  });
  for (let tries = 0; spawnSync('mountpoint', ['-q', mount]).status !== 0; tries += 1) {
    if (tries === 100 || lazyfs.exitCode !== null) return t.skip('lazyfs may not mount here');
    await setTimeout(50);
  }
  const root = join(mount, 'workflow');
  const acknowledged: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    acknowledged.push(...(await appendAndKill(root, 100 + round * 300)));
    writeFileSync(faults, 'lazyfs::clear-cache\n');
    // It does not tell when it has done so.
    await setTimeout(1000);
    const stored = await withLedger(root, async (project) => {
      const logs = [...project.tasks.keys()].map((task) => collect(project.readTask(task)));
      return new Set((await Promise.all(logs)).flat().map(({ id }) => id));
    });
    assert.deepEqual(
      acknowledged.filter((id) => !stored.has(id)),
      [],
    );
    await assertIntact(join(root, 'p'));
  }
  assert.ok(acknowledged.length > 0);
  return undefined;
});

async function appendAndKill(root: string, afterMs: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), PROGRAM, root, '3'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  await once(child.stdout, 'data');
  await setTimeout(afterMs);
  child.kill('SIGKILL');
  await once(child, 'close');
  return output
    .split('\n')
    .slice(0, -1)
    .filter((line) => line !== 'ready');
}
