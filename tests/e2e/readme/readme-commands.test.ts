import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from '../../../scripts/repository.mjs';
import { cloneWorkingTree, type Clone } from './clone.ts';

const README = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');

/** What a reader sees beside a line that is not run here. */
const NOT_RUN = '# not run by the tests: needs the network';

const skip = process.platform === 'win32' ? 'the blocks are for a POSIX shell' : false;

test(
  'every command of the README works, in order, on a fresh clone',
  { skip, timeout: 600_000 },
  async (t) => {
    const clone = await cloneWorkingTree(t);
    const blocks = blocksOf('sh');
    assert.ok(blocks.length >= 5, 'the README has lost its commands');
    const [first = '', ...others] = blocks;
    assert.equal(first, 'npm start\nnpm test\n');
    const { child, output } = clone.start('npm start');
    await until(() => output().match(/ closed /g)?.length === 3 || child.exitCode !== null);
    assert.equal(child.exitCode, null, output());
    assertShown(output());
    // All tests from within one of them would never end: the same command, held to one file.
    assert.match(await clone.sh('npm test -- unit/protocol/chain'), /^ℹ pass [1-9]/m);
    for (const block of others) await runBlock(t, clone, block);
    if (child.exitCode === null) await once(child, 'exit');
    assert.equal(child.exitCode, 0, output());
  },
);

test('a command of the README that fails would be noticed', { skip, timeout: 600_000 }, async (t) => {
  const clone = await cloneWorkingTree(t);
  await runBlock(t, clone, 'reeve status\n');
  await assert.rejects(runBlock(t, clone, 'reeve statsu\nreeve status\n'), /statsu/);
  await assert.rejects(runBlock(t, clone, 'reeve why NO-SUCH-TASK\nreeve status\n'), /NO-SUCH-TASK/);
});

test('the README excuses no command but what needs the network', () => {
  const excused = blocksOf('sh').flatMap((block) =>
    block.split('\n').filter((line) => line.includes('not run by')),
  );
  for (const line of excused) assert.match(line, new RegExp(`^npm install .*${NOT_RUN}$`));
});

function blocksOf(language: string): readonly string[] {
  return [...README.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, text]) =>
    String(text),
  );
}

async function runBlock(t: TestContext, clone: Clone, block: string): Promise<void> {
  const absent = ['jq', 'unzip', 'sha256sum'].filter((name) => block.includes(`${name} `) && isAbsent(name));
  if (absent.length > 0)
    return t.diagnostic(`not run, for this machine lacks ${absent.join(', ')}:\n${block}`);
  const lines = block.split('\n').filter((line) => !line.endsWith(NOT_RUN));
  await clone.sh(lines.join('\n'));
}

function isAbsent(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0;
}

/** Holds the output printed in the README against what was really seen, whatever the hashes and the folder. */
function assertShown(seen: string): void {
  const masked = (text: string) =>
    text
      .split('\n')
      .map((line) => line.replace(/^\S+Z +/, '').replaceAll(/\b[0-9a-f]{12}\b/g, '#'))
      .map((line) => line.replace(/ watches .*/, ' watches').trimEnd());
  const actual = masked(seen);
  const [shown = ''] = blocksOf('text');
  for (const line of masked(shown))
    assert.ok(actual.includes(line), `the README shows "${line}", seen was:\n${seen}`);
}

async function until(isDone: () => boolean): Promise<void> {
  for (let waited = 0; !isDone() && waited < 180_000; waited += 100) await sleep(100);
}
